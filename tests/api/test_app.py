"""The application behind a real socket, asked by several at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
import uvicorn

from spanledger_api import Access, create_app, token_digest
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story


@pytest.fixture(scope="module")
def address(told: Store, definitions: Definitions) -> Iterator[str]:
    """The address of a server of the told story that demands credentials."""
    app = create_app(
        told, definitions, access=Access(tokens={token_digest("mine"): "default"}), clock=lambda: story.NOW
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)
    assert not thread.is_alive()


def test_it_answers_over_a_socket(address: str) -> None:
    with httpx2.Client(base_url=address) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ok"}
        assert client.get("/v1/stuck").status_code == 401
        answer = client.get("/v1/stuck?entity=invoice", headers={"Authorization": "Bearer mine"})
        assert answer.headers["content-type"] == "application/json"
        assert [item["key"] for item in answer.json()["items"]] == ["invoice-to-cash/INV-1042"]
        following = client.get("/v1/transactions?limit=3", headers={"Authorization": "Bearer mine"}).json()["next"]
        assert len(client.get(following, headers={"Authorization": "Bearer mine"}).json()["items"]) == 3


def test_many_ask_at_once_and_each_gets_the_answer_to_its_own_question(address: str) -> None:
    with httpx2.Client(base_url=address, headers={"Authorization": "Bearer mine"}, timeout=60) as client:
        # Questions of the past are worked out in tables of their own: they must not meet.
        questions = [
            ("/v1/stuck", 2),
            ("/v1/stuck?as_of=2026-03-04&known=now", 0),
            ("/v1/stuck?as_of=2026-03-10&known=now", 1),
            ("/v1/stuck?as_of=2026-03-19&known=now", 2),
        ]

        def ask(number: int) -> tuple[int, int]:
            url, count = questions[number % len(questions)]
            return client.get(url).json()["count"], count

        with ThreadPoolExecutor(8) as askers:
            answers = list(askers.map(ask, range(16)))
    assert all(count == expected for count, expected in answers), answers
