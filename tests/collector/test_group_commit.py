"""Groups: what arrives together is committed together, and every answer is the answer to its own request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from spanledger_collector.door import Checked, checked_protobuf
from spanledger_collector.door_schema import DeepRequest
from spanledger_collector.group_commit import GroupCommit
from spanledger_collector.json_door import checked_json
from spanledger_collector.refusals import Malformed, NotStored, Overloaded
from spanledger_collector.responses import Outcome
from spanledger_store import Store
from tests.collector.conftest import PROTOBUF, Sender
from tests.collector.making import as_json, request, span


def checked(*names: str) -> Checked:
    """A protobuf request with a span of each name."""
    return checked_protobuf(request(*(span(name=name) for name in names)).SerializeToString())


@pytest.fixture
def commits(shared_store: Store) -> Iterator[GroupCommit]:
    """Groups of up to 100 kB that wait a fifth of a second for company."""
    made = GroupCommit(shared_store, max_bytes=100_000, max_delay=0.2, threads=2)
    made.start()
    yield made
    made.stop(10)


def test_requests_that_arrive_together_share_a_batch_and_a_moment(commits: GroupCommit, sender: Sender) -> None:
    answers = [commits.submit(sender.tenant, checked(f"s{number}")) for number in range(20)]
    assert [answer.result(20) for answer in answers] == [Outcome()] * 20
    rows = sender.rows("Batch, StoredAt")
    assert len(rows) == 20
    assert len({(row["Batch"], row["StoredAt"]) for row in rows}) == 1


def test_a_group_closes_when_it_is_full(commits: GroupCommit, sender: Sender) -> None:
    padded = checked_protobuf(request(span({"padding": "x" * 40_000})).SerializeToString())
    for answer in [commits.submit(sender.tenant, padded) for _ in range(6)]:
        answer.result(20)
    assert len(sender.rows("Batch")) == 6
    assert len({row["Batch"] for row in sender.rows("Batch")}) >= 3


def test_a_request_larger_than_a_group_is_a_group(commits: GroupCommit, sender: Sender) -> None:
    large = checked_protobuf(request(span({"padding": "x" * 300_000}), span()).SerializeToString())
    assert commits.submit(sender.tenant, large).result(20) == Outcome()
    assert len({row["Batch"] for row in sender.rows("Batch")}) == 1


def test_the_encodings_of_one_moment_make_a_group_each(commits: GroupCommit, sender: Sender) -> None:
    answers: list[Future[Outcome]] = []
    for number in range(4):
        answers.append(commits.submit(sender.tenant, checked(f"p{number}")))
        answers.append(commits.submit(sender.tenant, checked_json(as_json(request(span(name=f"j{number}"))))))
    assert all(answer.result(20) == Outcome() for answer in answers)
    rows = sender.rows("SpanName, Batch")
    assert [row["SpanName"] for row in rows] == ["j0", "j1", "j2", "j3", "p0", "p1", "p2", "p3"]
    assert len({row["Batch"] for row in rows}) == 2


def test_a_large_group_is_one_part_so_that_a_reader_sees_all_of_it_or_nothing(
    shared_store: Store, sender: Sender
) -> None:
    commits = GroupCommit(shared_store, max_bytes=10**9, max_delay=0.0, threads=1)
    commits.start()
    try:
        many = checked_protobuf(request(*(span() for _ in range(70_000))).SerializeToString())
        assert commits.submit(sender.tenant, many).result(60) == Outcome()
    finally:
        commits.stop(10)
    found = "SELECT uniq(_part) AS Parts, count() AS Spans FROM spans WHERE Tenant = {tenant:String}"
    assert shared_store.rows(found, {"tenant": sender.tenant}) == [{"Parts": 1, "Spans": 70_000}]


def test_rejected_spans_are_counted_per_request(commits: GroupCommit, sender: Sender) -> None:
    requests = [
        checked_protobuf(request(span(), *(span(span_id=b"") for _ in range(n))).SerializeToString()) for n in range(4)
    ]
    answers = [commits.submit(sender.tenant, one) for one in requests]
    assert [answer.result(20).rejected for answer in answers] == [0, 1, 2, 3]
    assert len(sender.rows("Batch")) == 4
    assert len(sender.rejected()) == 6


def test_a_request_that_only_clickhouse_finds_unreadable_does_not_spoil_its_group(
    commits: GroupCommit, sender: Sender
) -> None:
    good = [as_json(request(span(name=f"s{number}"))) for number in range(3)]
    body = json.loads(good[0])
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["events"] = 5
    answers = [
        commits.submit(sender.tenant, checked_json(one)) for one in (good[1], json.dumps(body).encode(), good[2])
    ]
    assert answers[0].result(20) == answers[2].result(20) == Outcome()
    with pytest.raises(Malformed, match=r"spans\.0\.events: Input should be a valid array"):
        answers[1].result(20)
    assert [row["SpanName"] for row in sender.rows("SpanName")] == ["s1", "s2"]


def test_a_value_of_two_kinds_is_refused_alone(commits: GroupCommit, sender: Sender) -> None:
    """As it is when a client's bytes were spliced: protobuf itself would take the last one, ClickHouse takes neither."""
    spoiled: Any = DeepRequest.FromString(request(span({"n": 5})).SerializeToString())
    spoiled.resource_spans[0].scope_spans[0].spans[0].attributes[0].value.string_value = b"five"
    bodies = [checked("a"), checked_protobuf(spoiled.SerializeToString()), checked("b")]
    answers = [commits.submit(sender.tenant, body) for body in bodies]
    assert answers[0].result(20) == answers[2].result(20) == Outcome()
    with pytest.raises(Malformed, match="An attribute's value has two kinds"):
        answers[1].result(20)
    assert [row["SpanName"] for row in sender.rows("SpanName")] == ["a", "b"]


def test_a_store_that_cannot_take_a_group_refuses_all_of_it_for_a_retry(empty_store: Store) -> None:
    commits = GroupCommit(empty_store, max_bytes=100_000, max_delay=0.05, threads=1)
    commits.start()
    try:
        answers = [commits.submit("t", checked("a")) for _ in range(3)]
        for answer in answers:
            with pytest.raises(NotStored, match="Send the request again"):
                answer.result(20)
        empty_store.migrate()
        assert commits.submit("t", checked("a")).result(20) == Outcome(), "it recovers by itself"
    finally:
        commits.stop(10)


def test_who_leaves_before_its_group_closes_is_left_out_and_harms_nobody(commits: GroupCommit, sender: Sender) -> None:
    left = commits.submit(sender.tenant, checked("left"))
    stays = commits.submit(sender.tenant, checked("stays"))
    assert left.cancel()
    assert stays.result(20) == Outcome()
    assert not commits.submit(sender.tenant, checked("next")).result(20).rejected
    assert [row["SpanName"] for row in sender.rows("SpanName")] == ["next", "stays"]


def test_requests_whose_clients_have_left_do_not_fill_the_memory(shared_store: Store) -> None:
    commits = GroupCommit(shared_store, max_bytes=10**6, max_delay=60.0, threads=1, max_queued_bytes=1000)
    body = checked("x" * 300)
    answers = [commits.submit("t", body) for _ in range(10)]
    taken = [answer for answer in answers if not answer.done()]
    assert sum(body.size for _ in taken) <= 1000
    for answer in answers:
        if answer.done():
            with pytest.raises(Overloaded):
                answer.result(0)
    commits.stop(0)


def test_whatever_breaks_is_answered_and_the_next_group_is_committed(
    shared_store: Store, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    moments = iter([-1])  # no moment that the envelope can hold
    commits = GroupCommit(
        shared_store, max_bytes=10**6, max_delay=0.0, threads=1, clock=lambda: next(moments, time.time_ns())
    )
    commits.start()
    try:
        with pytest.raises(NotStored, match="OverflowError"):
            commits.submit(sender.tenant, checked("a")).result(20)
        assert commits.submit(sender.tenant, checked("b")).result(20) == Outcome()
    finally:
        commits.stop(10)
    assert "could not be committed" in caplog.text


def test_stopping_commits_what_is_queued_and_refuses_what_comes_later(shared_store: Store, sender: Sender) -> None:
    commits = GroupCommit(shared_store, max_bytes=10**6, max_delay=60.0, threads=1)
    commits.start()
    waiting = commits.submit(sender.tenant, checked("held"))
    commits.stop(20)
    assert waiting.result(0) == Outcome()
    with pytest.raises(NotStored):
        commits.submit(sender.tenant, checked("late")).result(0)
    assert [row["SpanName"] for row in sender.rows("SpanName")] == ["held"]


def test_many_threads_at_once(sender: Sender) -> None:
    """Forty connections post and read their answers: every span is there once, every answer is its own."""
    headers = PROTOBUF | {"authorization": f"Bearer {sender.token}"}
    barrier = threading.Barrier(40)

    def post(number: int) -> int:
        with httpx2.Client(timeout=60) as client:
            barrier.wait()
            for turn in range(3):
                spans = [span(name=f"{number}-{turn}-{n}") for n in range(5)]
                bad = [span(span_id=b"") for _ in range(number % 2)]
                answer = client.post(
                    sender.url + "/v1/traces", content=request(*spans, *bad).SerializeToString(), headers=headers
                )
                assert answer.status_code == 200
                assert bool(answer.content) == bool(bad)
        return number

    started = time.monotonic()
    with ThreadPoolExecutor(40) as pool:
        assert sorted(pool.map(post, range(40))) == list(range(40))
    rows = sender.rows("SpanName, Batch")
    assert len(rows) == len({row["SpanName"] for row in rows}) == 40 * 3 * 5
    assert len(sender.rejected()) == 20 * 3
    assert len({row["Batch"] for row in rows}) < 100, f"grouped, in {time.monotonic() - started:.1f} s"
