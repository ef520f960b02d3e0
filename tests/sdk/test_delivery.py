"""What the SDK makes of each answer of a collector, over real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

import spanledger as sl
from spanledger._internal.problems import PROBLEMS
from spanledger._internal.sending.http_transport import retry_after
from tests.sdk.collector import Collector


def on_disk(folder: Path) -> int:
    """How many spans wait in the spools under a folder."""
    return sum(int(path.stem.rpartition("-")[2]) for path in folder.rglob("*.otlp"))


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def send(collector: Collector, count: int = 1, **settings: object) -> bool:
    """Configure, send so many spans, and wait for what becomes of them."""
    sl.configure(endpoint=collector.endpoint, delay=0.01, **settings)  # type: ignore[arg-type]  # any of them
    for number in range(count):
        sl.emit("invoice.posted", invoice=number)
    return sl.flush(10)


def test_spans_that_are_rejected_are_counted_in_the_collectors_words(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    partial = ExportTracePartialSuccess(rejected_spans=2, error_message="trace_id must not be zero")
    collector.body = ExportTraceServiceResponse(partial_success=partial).SerializeToString()
    assert not send(collector, 5)
    assert PROBLEMS.counts()["span_rejected"] == 2
    assert "the collector rejected 2 of" in caplog.text
    assert "trace_id must not be zero" in caplog.text


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 408, 429, 500, 502, 503, 504])
def test_what_may_change_is_kept_until_it_has(collector: Collector, spool: Path, status: int) -> None:
    collector.status = status
    collector.headers = {"location": "/elsewhere"} if status < 400 else {}
    assert not send(collector, 3)
    assert on_disk(spool) == 3
    assert collector.requests == 1
    collector.status = 200
    assert sl.shutdown(5)
    # The next start sends on what the last one has kept.
    assert send(collector)
    ends = time.monotonic() + 5
    while on_disk(spool) and time.monotonic() < ends:
        time.sleep(0.01)
    ids = [span.span_id for span in collector.arrived if span.name == "invoice.posted"]
    assert len(ids) == len(set(ids)) == 4
    assert {span.path for span in collector.arrived} == {"/v1/traces"}
    assert "span_lost" not in PROBLEMS.counts()


@pytest.mark.parametrize("status", [400, 415, 422])
def test_what_will_never_be_taken_is_lost_and_told(
    collector: Collector, spool: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    collector.status = status
    collector.body = b"the body is no OTLP"
    assert not send(collector, 3)
    assert PROBLEMS.counts()["span_lost"] == 3
    assert "refused for good" in caplog.text
    assert "the body is no OTLP" in caplog.text
    assert on_disk(spool) == 0


def test_a_request_that_is_too_large_is_sent_in_parts(collector: Collector) -> None:
    collector.largest = 2_000
    sl.configure(endpoint=collector.endpoint, delay=0.2)
    for number in range(40):
        sl.emit("invoice.posted", invoice=number)
    sl.emit("invoice.generated", invoice="X" * 3_000)
    assert not sl.flush(10)
    assert sorted(int(str(span.attributes["business.entity.invoice"])) for span in collector.arrived) == list(range(40))
    assert PROBLEMS.counts()["span_lost"] == 1


def test_a_request_never_grows_beyond_what_collectors_take(collector: Collector) -> None:
    collector.largest = 4 * 1024 * 1024
    sl.configure(endpoint=collector.endpoint, delay=0.2)
    for number in range(9):
        sl.emit("invoice.posted", invoice=number, attributes={"invoice": {"note": "x" * 1_000_000}})
    assert sl.flush(10)
    assert len(collector.arrived) == 9
    assert "span_lost" not in PROBLEMS.counts()


def test_what_waits_for_one_credential_is_not_sent_with_another(collector: Collector, spool: Path) -> None:
    collector.status = 401
    assert not send(collector, 2, token="acme-token")
    collector.status = 200
    assert send(collector, 1, token="rival-token")
    time.sleep(0.2)
    assert [span.headers["authorization"] for span in collector.arrived] == ["Bearer rival-token"]
    # The two, and that there are no more.
    assert on_disk(spool) == 3
    assert send(collector, 1, token="acme-token")
    ends = time.monotonic() + 5
    while on_disk(spool) and time.monotonic() < ends:
        time.sleep(0.01)
    assert [span.headers["authorization"] for span in collector.arrived].count("Bearer acme-token") >= 3
    assert "token" not in "".join(path.name for path in spool.rglob("*"))


def test_a_netrc_does_not_take_the_tokens_place(
    collector: Collector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert send(collector, token="acme-token")
    assert {span.headers["authorization"] for span in collector.arrived} == {"Bearer acme-token"}


def test_the_spool_can_be_switched_off(collector: Collector, spool: Path) -> None:
    collector.status = 503
    sl.configure(endpoint=collector.endpoint, delay=0.01, spool=False)
    sl.emit("invoice.posted")
    assert not sl.flush(0.2)
    assert not sl.shutdown(5)
    assert not spool.exists()
    assert PROBLEMS.counts()["span_lost"] == 1


def test_files_are_this_users_alone_and_hold_no_credential(collector: Collector, spool: Path) -> None:
    collector.status = 503
    assert not send(collector, token="s3cret-token")
    (file,) = spool.rglob("*.otlp")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    assert b"s3cret-token" not in file.read_bytes()


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_collector_that_never_answers_costs_the_host_nothing(silent: str, spool: Path) -> None:
    sl.configure(endpoint=silent, delay=0.01, timeout=30)
    for number in range(100):
        with sl.step("invoice.posted", invoice=number):
            pass
    began = time.monotonic()
    assert sl.shutdown(0.3)
    assert time.monotonic() - began < 5
    assert on_disk(spool) == 100


def test_when_it_asks_to_be_left_alone() -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert retry_after("3", now) == 3
    assert retry_after("Mon, 02 Mar 2026 09:00:30 GMT", now) == 30
    assert retry_after("Mon, 02 Mar 2026 08:00:00 GMT", now) == 0
    assert [retry_after(said, now) for said in (None, "soon", "nan", "-1")] == [None, None, None, 0]
