"""The pages for a person with a browser: they say what the API says, safely, and tell what is wrong in words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from spanledger_api import Access, create_app, token_digest
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story
from tests.api.conftest import Stage, ago, calm, verdict


class Text(HTMLParser):
    """A page's text, its tables' rows, its links and its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.inline_scripts = 0
        self.words: list[str] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what matters of it."""
        values = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._in_cell = True
        elif tag == "a":
            self.links.append(values["href"] or "")
        self.inline_scripts += tag == "script" and "src" not in values
        self.inline_scripts += any(name.startswith("on") or name == "style" for name in values)

    def handle_endtag(self, tag: str) -> None:
        """A cell ends."""
        self._in_cell = self._in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        """Text belongs to the page, and to the cell it stands in."""
        self.words.append(data)
        if self._in_cell:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data}".strip()

    @property
    def text(self) -> str:
        """All of it, with single spaces."""
        return re.sub(r"\s+", " ", "".join(self.words))


def page(client: TestClient, address: str) -> Text:
    """A page that is there."""
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    found = Text(answer.text)
    assert found.inline_scripts == 0, "the policy lets none run"
    return found


def unstarred(sentence: str) -> str:
    """A sentence as the page's text has it."""
    return sentence.replace("*", "")


def test_the_stuck_list_says_what_the_api_says(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("INV-1"), verdict("INV-2", Severity="high", OpenAmounts=[Decimal("1000.5")]), calm("INV-3"))
    found = page(client, "/")
    assert "2 transactions are stuck" in found.text
    assert "49,200.50 EUR in 2 records" in found.text
    table = [row for row in found.rows if row[0] in {"high", "medium"}]
    assert [row[0] for row in table] == ["high", "medium"]
    assert table[1][1:4] == ["invoice INV-1 invoice-to-cash · DE01", "Acme GmbH", "48,200.00 EUR"]
    assert table[1][4] == "invoice posted"
    assert table[1][5].startswith("3 d 4 h")
    assert table[1][6:] == ["rejected: period closed in netsuite, 2 attempts", "finance-operations"]
    assert "/transactions/invoice-to-cash/INV-1" in found.links


def test_filters_narrow_it_and_stay_in_the_form_and_the_file(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("INV-1"), verdict("INV-2", Severity="high", LegalEntity="FR01"))
    # An empty field asks for nothing.
    found = page(client, "/?severity=high&owner=&client=&min_amount=&legal_entity=FR01")
    assert "1 transaction is stuck" in found.text
    file = next(link for link in found.links if link.startswith("/v1/stuck?"))
    assert file == "/v1/stuck?severity=high&legal_entity=FR01&format=xlsx"
    rows = load_workbook(io.BytesIO(client.get(file).content)).worksheets[0].iter_rows(min_row=2, values_only=True)
    assert [row[0] for row in rows] == ["invoice-to-cash/INV-2"]
    assert "Nothing that matches is stuck." in page(client, "/?legal_entity=IT01").text


def test_ageing_counts_everything_once(client: TestClient, stage: Stage) -> None:
    waits = {"A": ago(hours=5), "B": ago(days=1), "C": ago(days=13), "D": ago(days=400), "E": ago(days=401)}
    stage.add(*(verdict(name, WaitingSince=since, OpenAmounts=[Decimal(10)]) for name, since in waits.items()))
    # The same invoice in another process: its money counts once, at its longest wait.
    stage.add(verdict("A", Process="time-to-bill", Key="time-to-bill/A", WaitingSince=ago(days=8)))
    buckets = client.get("/v1/stuck").json()["ageing"]
    told = {
        (one["from_days"], one["to_days"]): (one["count"], *((t["amount"], t["entities"]) for t in one["totals"]))
        for one in buckets
    }
    assert told == {
        (1, 3): (1, ("10.00", 1)),
        (7, 14): (3, ("48210.00", 2)),
        (90, None): (2, ("20.00", 2)),
    }
    rows = {row[0]: row[1:] for row in page(client, "/").rows}
    assert rows["7 to 14 days"] == ["3", "48,210.00 EUR"]
    assert rows["over 90 days"] == ["2", "20.00 EUR"]


def test_what_systems_say_is_text_and_nothing_else(client: TestClient, stage: Stage) -> None:
    nasty = '<script>alert("x")</script>'
    stage.add(verdict(f"INV/{nasty}", WhyMessage=nasty, ClientName=nasty, Owner=nasty))
    answer = client.get("/").text
    assert "<script>alert" not in answer
    found = Text(answer)
    assert found.text.count("alert") >= 4
    address = next(link for link in found.links if link.startswith("/transactions/"))
    assert nasty in page(client, address).text


def test_a_transaction_s_page_tells_its_story(reader: TestClient) -> None:
    answer = reader.get("/v1/stuck").json()["items"][0]
    process, _, root = answer["key"].partition("/")
    whole = reader.get(f"/v1/transactions/{answer['key']}").json()
    found = page(reader, f"/transactions/{process}/{root}")
    assert unstarred(whole["sentence"]) in found.text
    for step in whole["steps"]:
        assert step["step"].replace(".", " ").replace("_", " ") in found.text
    for one in whole["exceptions"]:
        assert unstarred(one["sentence"]) in found.text
    for one in whole["evidence"]:
        assert unstarred(one["text"]) in found.text
    for span in whole["spans"]:
        assert f"{span['trace_id']}:{span['span_id']}" in found.text


def test_a_transaction_s_page_shows_its_replays(reader: TestClient) -> None:
    found = page(reader, "/transactions/time-to-bill/TE-3")
    assert "mia asked to try time entry posted of time-to-bill/TE-3 again" in found.text


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/transactions/invoice-to-cash/none", 404, "There is no transaction"),
        ("/transactions/none/none", 404, "There is no process"),
        ("/?severity=worst", 422, "There is no severity"),
        ("/?min_amount=5", 422, "without `currency`"),
        ("/?as_of=yesterday", 422, "is no moment"),
        ("/?nonsense=1", 422, "There is no parameter"),
        ("/?owner=nobody", 422, "There is no owner"),
    ],
)
def test_a_refusal_is_a_page_too(client: TestClient, address: str, status: int, told: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert told in Text(answer.text).text


def test_style_and_script_are_there_and_nothing_else_is(client: TestClient) -> None:
    for name in ("page.css", "local-time.js"):
        assert client.get(f"/static/{name}").status_code == 200
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/base.html").status_code == 404


@pytest.fixture(scope="module")
def guarded(told: Store, definitions: Definitions) -> Iterator[TestClient]:
    """A client of an application that demands credentials."""
    app = create_app(
        told, definitions, access=Access(tokens={token_digest("mine"): "default"}), clock=lambda: story.NOW
    )
    with TestClient(app, base_url="https://spanledger.example.com") as client:
        yield client


def test_a_browser_asks_for_a_token_and_may_only_read_by_it(guarded: TestClient) -> None:
    refused = guarded.get("/")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert "mine" not in refused.text
    assert guarded.get("/", auth=("anyone", "mine")).status_code == 200
    assert guarded.get("/v1/stuck?format=csv", auth=("", "mine")).status_code == 200
    assert guarded.get("/", auth=("mine", "wrong")).status_code == 401
    body = {"action": "acknowledge", "by": "mia"}
    posted = guarded.post("/v1/exceptions/x/actions", json=body, auth=("anyone", "mine"))
    assert (posted.status_code, posted.json()["code"]) == (401, "credentials_missing")
