from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from spanledger_server.backfill import sender as sender_module
from spanledger_server.backfill.endpoint import Answer
from spanledger_server.backfill.errors import DeliveryFailed
from spanledger_server.backfill.sender import Sender
from tests.server.backfill.receiver import Receiver, Scripted, partial


@pytest.fixture
def sender(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    monkeypatch.setattr(sender_module, "FIRST_PAUSE", 0.01)
    with Sender(receiver.url, "secret", connections=2, patience=5.0) as running:
        yield running


def test_sends_gzipped_protobuf_with_the_token(receiver: Receiver, sender: Sender) -> None:
    assert sender.send(b"") == Answer()
    assert receiver.paths == ["/v1/traces"]
    [headers] = receiver.headers
    assert headers["authorization"] == "Bearer secret"
    assert (headers["content-type"], headers["content-encoding"]) == ("application/x-protobuf", "gzip")


def test_comes_again_while_the_receiver_is_busy(receiver: Receiver, sender: Sender) -> None:
    receiver.script.extend([Scripted(429, {"retry-after": "0"}), Scripted(503), Scripted(502), partial(2, "two")])
    assert sender.send(b"") == Answer(2, "two")
    assert len(receiver.paths) == 4


def test_waits_as_long_as_it_is_asked_to(receiver: Receiver, sender: Sender) -> None:
    receiver.script.append(Scripted(503, {"retry-after": "1"}))
    started = time.monotonic()
    sender.send(b"")
    assert time.monotonic() - started >= 1.0


def test_patience_ends(receiver: Receiver, sender: Sender) -> None:
    receiver.script.append(Scripted(429, {"retry-after": "60"}))
    with pytest.raises(DeliveryFailed, match=r"is busy \(HTTP 429\), for 5 s. Run the same command again to resume."):
        sender.send(b"")


@pytest.mark.parametrize("status", [302, 400, 401, 413, 500])
def test_a_final_refusal_is_not_repeated(receiver: Receiver, sender: Sender, status: int) -> None:
    receiver.script.append(Scripted(status, body=b"because"))
    with pytest.raises(DeliveryFailed, match=f"refused with HTTP {status}: because"):
        sender.send(b"")
    assert len(receiver.paths) == 1


def test_something_else_than_a_collector(receiver: Receiver, sender: Sender) -> None:
    receiver.script.append(Scripted(200, body=b"<html>hello</html>"))
    with pytest.raises(DeliveryFailed, match="does not speak OTLP"):
        sender.send(b"")


def test_an_address_that_never_answered_fails_at_once() -> None:
    started = time.monotonic()
    with (
        Sender("http://127.0.0.1:9", None, connections=1, patience=60.0) as sender,
        pytest.raises(DeliveryFailed, match=r"cannot be reached: .*refused"),
    ):
        sender.send(b"")
    assert time.monotonic() - started < 5


def test_a_stopped_sender_stops_waiting(receiver: Receiver, sender: Sender) -> None:
    receiver.script.append(Scripted(503, {"retry-after": "4"}))
    threading.Timer(0.2, sender.stop).start()
    started = time.monotonic()
    with pytest.raises(DeliveryFailed):
        sender.send(b"")
    assert time.monotonic() - started < 3
