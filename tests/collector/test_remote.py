"""A ClickHouse server that is away, slow, full of errors, or whose answers get lost: nothing acknowledged is missing,
nothing counts twice, and the collector recovers by itself.

The server is a process of its own (tests/store/clickhouse_process.py) behind a link that can be cut.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from spanledger_collector import Collector
from spanledger_store import Store
from tests.collector.conftest import PROTOBUF
from tests.collector.faulty_link import Link
from tests.collector.making import request, span
from tests.store.running_server import RunningServer

Start = Callable[..., Collector]
_COUNT = "SELECT SpanName, count() AS Rows, uniqExact(TraceId, SpanId) AS Spans FROM spans GROUP BY SpanName"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The server; its database is made."""
    running = RunningServer(tmp_path_factory.mktemp("server"))
    running.start()
    with Store.open(running.dsn("faults")) as store:
        store.migrate()
    yield running
    running.stop()


@pytest.fixture
def link(server: RunningServer) -> Iterator[Link]:
    """The way to it."""
    with Link(server.port) as made:
        yield made


@pytest.fixture
def over_link(server: RunningServer, link: Link) -> Iterator[Store]:
    """The server's store, by way of the link."""
    with Store.open(server.dsn("faults").replace(f":{server.port}/", f":{link.port}/")) as store:
        yield store


@pytest.fixture
def direct(server: RunningServer) -> Iterator[Store]:
    """The server's store, past the link."""
    with Store.open(server.dsn("faults")) as store:
        yield store


def post(collector: Collector, name: str) -> httpx2.Response:
    """Ten spans of this name; the same ones whenever it is asked."""
    trace = name.encode().ljust(16, b".")
    spans = [span(name=name, trace_id=trace, span_id=bytes([1, number] * 4)) for number in range(10)]
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    return httpx2.post(url, content=request(*spans).SerializeToString(), headers=PROTOBUF, timeout=60)


def stored(store: Store) -> dict[str, int]:
    """How many different spans there are of each name."""
    return {row["SpanName"]: row["Spans"] for row in store.rows(_COUNT)}


def refused_for_a_retry(answer: httpx2.Response) -> bool:
    """Whether an exporter would send it again, later."""
    return answer.status_code == 503 and int(answer.headers["retry-after"]) > 0


def until_taken(collector: Collector, name: str) -> None:
    """Send it again until it is acknowledged, as exporters do."""
    until = time.monotonic() + 30
    while not (answer := post(collector, name)).is_success:
        assert refused_for_a_retry(answer)
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_server_that_is_away(started: Start, link: Link, over_link: Store, direct: Store) -> None:
    collector = started(over_link)
    assert post(collector, "before").is_success
    link.cut()
    assert refused_for_a_retry(post(collector, "away"))
    assert refused_for_a_retry(post(collector, "away"))
    link.fault = ""
    until_taken(collector, "away")
    found = stored(direct)
    assert (found["before"], found["away"]) == (10, 10)


def test_a_server_that_is_killed_and_comes_back(tmp_path: Path, started: Start) -> None:
    own = RunningServer(tmp_path)
    own.start()
    try:
        with Store.open(own.dsn("killed")) as store:
            store.migrate()
            collector = started(store)
            assert post(collector, "before").is_success
            own.stop()
            assert refused_for_a_retry(post(collector, "away"))
            own.start()
            until_taken(collector, "away")
            assert stored(store) == {"before": 10, "away": 10}
            collector.stop()
    finally:
        own.stop()


def test_a_server_that_is_slow_is_waited_for(started: Start, link: Link, over_link: Store, direct: Store) -> None:
    collector = started(over_link)
    link.delay = 1.0
    began = time.monotonic()
    assert post(collector, "slow").is_success
    assert time.monotonic() - began > 1.0
    assert stored(direct)["slow"] == 10


def test_an_answer_that_is_lost_and_its_retry_count_once(
    started: Start, link: Link, over_link: Store, direct: Store
) -> None:
    collector = started(over_link, commit_threads=1)
    assert post(collector, "before").is_success
    link.fault = "loses_answers"
    assert refused_for_a_retry(post(collector, "lost"))
    assert link.lost
    assert stored(direct)["lost"] == 10, "it was committed all the same"
    link.fault = ""
    until_taken(collector, "lost")
    assert stored(direct)["lost"] == 10


def test_a_server_that_answers_with_an_error(started: Start, over_link: Store, direct: Store) -> None:
    collector = started(over_link)
    assert post(collector, "before").is_success
    direct.command("ALTER TABLE spans MODIFY SETTING parts_to_throw_insert = 1")
    try:
        answer = post(collector, "too many parts")
        assert refused_for_a_retry(answer)
        assert "TOO_MANY_PARTS" in answer.text
    finally:
        direct.command("ALTER TABLE spans RESET SETTING parts_to_throw_insert")
    until_taken(collector, "too many parts")
    assert stored(direct)["too many parts"] == 10


def test_a_store_that_takes_a_group_and_keeps_nothing_of_it(started: Start, over_link: Store, direct: Store) -> None:
    """As while another version makes the views anew that decode: the insert succeeds, and no span is there."""
    collector = started(over_link)
    (view,) = direct.rows(
        "SELECT create_table_query AS Text FROM system.tables "
        "WHERE database = currentDatabase() AND name = 'received_spans_stored'"
    )
    direct.command("DROP VIEW received_spans_stored SYNC")
    try:
        assert refused_for_a_retry(post(collector, "vanishes"))
    finally:
        direct.command(view["Text"])
    until_taken(collector, "vanishes")
    assert stored(direct)["vanishes"] == 10
