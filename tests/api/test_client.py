"""The Python client, and the commands that ask with it, against an API on a socket."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from decimal import Decimal

import pytest

from spanledger_api import Access, create_app, token_digest
from spanledger_api.client import Client
from spanledger_correlator.definition.model import Definitions
from spanledger_server.address import Address
from spanledger_server.http_server import HttpServer
from spanledger_server.listening import listen
from spanledger_store import SpanledgerError, Store
from tests.api import story
from tests.server.running import COMMAND

KEY = "a-token-of-the-tests"


@pytest.fixture(scope="module")
def url(told: Store, definitions: Definitions) -> Iterator[str]:
    """The address of an API over the told story that asks for a token."""
    listening = listen("api_address", Address("127.0.0.1", 0))
    access = Access(tokens={token_digest(KEY): "default"})
    app = create_app(told, definitions, access=access, clock=lambda: story.NOW)
    server = HttpServer("http-client", app, listening, pytest.fail)
    server.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.stop(10.0)


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    """A client with the token."""
    with Client(url, key=KEY) as client:
        yield client


def ask(url: str, *arguments: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    """Run a command that asks that API."""
    environment = {"SPANLEDGER_API_URL": url, "SPANLEDGER_API_KEY": key, "PATH": "/usr/bin:/bin", "COLUMNS": "80"}
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_each_question_has_a_method_with_the_api_s_models(client: Client) -> None:
    stuck = client.stuck(entity=["invoice"], currency="EUR")
    assert stuck.count == len(stuck.items) > 0
    assert {one.process for one in stuck.items} == {"invoice-to-cash"}
    assert client.stuck_groups(by=["owner"]).count >= stuck.count
    found = client.transaction(stuck.items[0].key)
    assert found.stuck
    assert found.sentence == stuck.items[0].sentence
    assert client.why(found.key).story
    assert client.exceptions(process="invoice-to-cash").count > 0
    assert client.journey(found.entity.type, found.entity.id).items
    assert sum(Decimal(one.amount) for one in client.stuck().totals) > 0


def test_pages_are_followed_to_the_end(client: Client) -> None:
    whole = [one.key for one in client.transactions(limit=1000)]
    assert [one.key for one in client.transactions(limit=2)] == whole
    assert len(whole) > 4


def test_a_refusal_says_what_the_api_says(url: str, client: Client) -> None:
    with pytest.raises(SpanledgerError, match="no process") as refused:
        client.stuck(process="invoice-to-csh")
    assert (refused.value.code, refused.value.hint) == ("unknown_value", "Did you mean `invoice-to-cash`?")
    with pytest.raises(SpanledgerError) as refused, Client(url) as nobody:
        nobody.stuck()
    assert refused.value.code == "credentials_missing"
    with pytest.raises(SpanledgerError, match="Nobody answers") as refused, Client("http://127.0.0.1:9") as away:
        away.stuck()
    assert "spanledger up" in refused.value.hint


def test_spanledger_stuck_lists_and_groups(url: str) -> None:
    shown = ask(url, "stuck", "--entity", "invoice")
    assert shown.returncode == 0, shown.stderr
    assert "INV-1042" in shown.stdout
    assert "EUR 48200.00" in shown.stdout, "a pipe is as wide as it needs"
    assert "finance-operations" in shown.stdout
    assert "stuck, EUR" in shown.stderr
    answer = json.loads(ask(url, "stuck", "--limit", "1", "--json").stdout)
    assert len(answer["items"]) == 1 < answer["count"]
    groups = ask(url, "stuck", "--by", "owner", "--by", "severity")
    assert "finance-operations" in groups.stdout
    refused = ask(url, "stuck", "--owner", "nobody-at-all")
    assert refused.returncode == 1
    assert "no owner" in refused.stderr
    assert "SPANLEDGER_API_KEY" in ask(url, "stuck", key="").stderr


def test_spanledger_show_tells_one_transaction(url: str) -> None:
    shown = ask(url, "show", "invoice-to-cash/INV-1042")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("INV-1042 (EUR 48,200.00")
    assert "invoice.posted" in shown.stdout
    assert "failing" in shown.stdout
    assert (
        json.loads(ask(url, "show", "invoice-to-cash/INV-1042", "--json").stdout)["key"] == "invoice-to-cash/INV-1042"
    )
    assert ask(url, "show", "INV-1042").returncode == 2
    missing = ask(url, "show", "invoice-to-cash/none")
    assert missing.returncode == 1
    assert "no transaction" in missing.stderr
