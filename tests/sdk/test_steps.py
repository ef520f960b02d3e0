"""`step` and `emit`: what they put on the wire."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Generator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

import spanledger as sl
from tests.sdk.collector import Arrived, by_name

Sent = Callable[[], list[Arrived]]
PRODUCER = {"business.producer.id", "business.producer.seq"}


def business(span: Arrived) -> dict[str, object]:
    return {key: value for key, value in span.attributes.items() if key not in PRODUCER}


def test_everything_a_step_can_say(sent: Sent) -> None:
    with sl.step(
        "invoice.posted",
        process="invoice-to-cash",
        transaction="invoice-to-cash/INV-1042",
        id_scope="us",
        legal_entity="Acme GmbH",
        region="EMEA",
        amount=("48200.00", "eur"),
        quantity=(Decimal("7.50"), "hours"),
        due_at=date(2026, 3, 31),
        attempt=2,
        replay_of="4bf92f3577b34da6",
        impact="revenue",
        record_count=40,
        invoice="INV-1042",
        project=7,
        time_entry=["TE-1", "TE-2", "TE-1"],
        account=None,
        contract="",
    ) as it:
        it.alias("project", "006Ab", "10077")
        it.attribute("account", "tier", "platinum")
        it.attribute("account", "in_crm", True)
        it.allocate("invoice", {"INV-1": "100.00", "INV=2": 50})
        it.entity("task", ["T-1"])
        it.entity("task", "T-2")
        it.idempotency_key = "key-1"
        it.occurred_at = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    (span,) = sent()
    assert span.name == "invoice.posted"
    assert span.scope == "spanledger"
    assert span.resource["service.name"] == "invoice-sync"
    assert not span.failed
    assert span.span.start_time_unix_nano <= span.span.end_time_unix_nano
    assert business(span) == {
        "business.step": "invoice.posted",
        "business.system": "netsuite",
        "business.process": "invoice-to-cash",
        "business.transaction": "invoice-to-cash/INV-1042",
        "business.id_scope": "us",
        "business.legal_entity": "Acme GmbH",
        "business.region": "EMEA",
        "business.amount": "48200.00",
        "business.currency": "EUR",
        "business.quantity": "7.50",
        "business.unit": "hours",
        "business.due_at": "2026-03-31T23:59:59Z",
        "business.occurred_at": "2026-03-01T10:30:00Z",
        "business.attempt": 2,
        "business.replay_of": "4bf92f3577b34da6",
        "business.impact": "revenue",
        "business.record_count": 40,
        "business.idempotency_key": "key-1",
        "business.outcome": "success",
        "business.entity.invoice": "INV-1042",
        "business.entity.project": "7",
        "business.entity.time_entry": ["TE-1", "TE-2"],
        "business.entity.task": ["T-1", "T-2"],
        "business.alias.project": ["006Ab", "10077"],
        "business.attribute.account.tier": "platinum",
        "business.attribute.account.in_crm": "true",
        "business.allocation.invoice": ["INV-1=100.00", "INV=2=50"],
    }


def test_fail_and_reject(sent: Sent) -> None:
    with sl.step("invoice.posted") as it:
        it.fail("closed_period", code="PERIOD_CLOSED", message="period closed", retryable=False)
    with sl.step("invoice.synced_to_crm") as it:
        it.reject("mapping", code="NO_FIELD")
    with sl.step("invoice.generated") as it:
        it.outcome = "skipped"
        assert it.outcome == "skipped"
    spans = by_name(sent())
    posted = spans["invoice.posted"]
    assert posted.failed
    assert posted.span.status.message == "period closed"
    assert posted.attributes["business.outcome"] == "failure"
    assert posted.attributes["business.error.kind"] == "closed_period"
    assert posted.attributes["business.error.retryable"] is False
    synced = spans["invoice.synced_to_crm"].attributes
    assert (synced["business.outcome"], synced["business.error.code"]) == ("rejected", "NO_FIELD")
    assert "business.error.retryable" not in synced
    assert spans["invoice.generated"].attributes["business.outcome"] == "skipped"
    assert not spans["invoice.generated"].failed


def test_an_exception_is_recorded_and_goes_on_unchanged(sent: Sent) -> None:
    error = TimeoutError("no answer in 30 s")
    with pytest.raises(TimeoutError) as caught, sl.step("invoice.posted", invoice="INV-1"):
        raise error
    assert caught.value is error
    (span,) = sent()
    assert span.attributes["business.outcome"] == "failure"
    assert span.attributes["business.error.kind"] == "timeout"
    assert span.attributes["business.error.code"] == "TimeoutError"
    assert span.attributes["business.error.message"] == "no answer in 30 s"
    assert span.attributes["business.error.retryable"] is True
    (event,) = span.span.events
    assert event.name == "exception"


def test_what_the_step_said_counts_for_more_than_the_exception(sent: Sent) -> None:
    def refused() -> None:
        sl.current_step().reject("closed_period", code="PERIOD_CLOSED")
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"), sl.step("invoice.posted"):
        refused()
    (span,) = sent()
    assert span.attributes["business.outcome"] == "rejected"
    assert span.attributes["business.error.kind"] == "closed_period"


def test_steps_nest_and_number_themselves(sent: Sent) -> None:
    with sl.step("invoice.generated") as outer, sl.step("invoice.posted") as inner:
        assert sl.current_step() is inner
        assert inner.trace_id == outer.trace_id
    assert not sl.current_step().span_id
    spans = by_name(sent())
    assert spans["invoice.posted"].parent_id == spans["invoice.generated"].span_id == outer.span_id
    assert not spans["invoice.generated"].parent_id
    assert spans["invoice.posted"].attributes["business.producer.seq"] == 1
    assert spans["invoice.generated"].attributes["business.producer.seq"] == 2
    assert len({span.attributes["business.producer.id"] for span in spans.values()}) == 1


def test_concurrent_coroutines_keep_their_own_steps(sent: Sent) -> None:
    async def post(number: int) -> str:
        async with sl.step("invoice.posted", invoice=f"INV-{number}") as it:
            for _ in range(3):
                await asyncio.sleep(0)
                assert sl.current_step() is it
            with sl.step("journal_entry.created", journal_entry=f"JE-{number}"):
                await asyncio.sleep(0)
            return it.span_id

    async def main() -> list[str]:
        async with sl.transaction("invoice-to-cash", "INV-0"):
            return await asyncio.gather(*(post(number) for number in range(20)))

    span_ids = asyncio.run(main())
    spans = sent()
    assert len(spans) == 40
    parent_of = {
        str(span.attributes["business.entity.journal_entry"]): span.parent_id
        for span in spans
        if span.name == "journal_entry.created"
    }
    assert [parent_of[f"JE-{number}"] for number in range(20)] == span_ids
    assert {span.attributes["business.transaction"] for span in spans} == {"invoice-to-cash/INV-0"}


def test_a_cancelled_step_did_not_fail(sent: Sent) -> None:
    async def main() -> None:
        async with sl.step("invoice.posted"):
            await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(main())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    (span,) = sent()
    assert span.attributes["business.outcome"] == "cancelled"
    assert not span.failed


def test_a_step_can_be_handed_to_threads(sent: Sent) -> None:
    with sl.step("time_entry.posted") as it:
        threads = [
            threading.Thread(target=lambda part=part: [it.entity("time_entry", f"{part}-{n}") for n in range(200)])
            for part in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    (span,) = sent()
    entries = span.attributes["business.entity.time_entry"]
    assert isinstance(entries, list)
    assert len(entries) == 1000


def test_an_emitted_milestone_is_at_its_own_time(sent: Sent) -> None:
    at = datetime(2026, 3, 31, 12, 0, 0, 123456, tzinfo=UTC)
    sl.emit(
        "payment.received",
        at=at,
        started_at=at - timedelta(hours=1),
        payment="PAY-9",
        amount=("150.00", "EUR"),
        aliases={"payment": "0099"},
        attributes={"account": {"name": "Acme GmbH"}},
        allocations={"invoice": {"INV-1": "100.00", "INV-2": "50.00"}},
    )
    (span,) = sent()
    nanoseconds = int(at.timestamp()) * 10**9 + 123456000
    assert span.span.end_time_unix_nano == nanoseconds
    assert span.span.start_time_unix_nano == nanoseconds - 3600 * 10**9
    assert "business.occurred_at" not in span.attributes
    assert span.attributes["business.alias.payment"] == ["0099"]
    assert span.attributes["business.attribute.account.name"] == "Acme GmbH"
    assert span.attributes["business.allocation.invoice"] == ["INV-1=100.00", "INV-2=50.00"]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(1948, 4, 1, 8, tzinfo=UTC), "1948-04-01T08:00:00Z"),
        ("0948-04-01T08:00:00Z", "0948-04-01T08:00:00Z"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1970-01-01T00:00:00Z"),
        (datetime(2600, 1, 1, tzinfo=UTC), "2600-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
    ],
)
def test_a_time_that_the_span_cannot_say(sent: Sent, at: datetime | str | int, text: str) -> None:
    sl.emit("journal_entry.posted", at=at, journal_entry="JE-1")
    (span,) = sent()
    assert span.attributes["business.occurred_at"] == text
    assert span.span.end_time_unix_nano > datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 10**9


def test_an_emitted_failure(sent: Sent) -> None:
    sl.emit("invoice.posted", error_kind="conflict", error_code="409", error_retryable=True)
    sl.emit("invoice.synced_to_crm", outcome="rejected", error_message="no such field")
    spans = by_name(sent())
    assert spans["invoice.posted"].failed
    assert spans["invoice.posted"].attributes["business.outcome"] == "failure"
    assert spans["invoice.posted"].attributes["business.error.retryable"] is True
    assert spans["invoice.synced_to_crm"].attributes["business.outcome"] == "rejected"
    assert spans["invoice.synced_to_crm"].attributes["business.error.kind"] == "unknown"


def test_the_same_event_sent_twice_is_one_span(sent: Sent) -> None:
    for _ in range(2):
        sl.emit("invoice.posted", event_id="evt-1", invoice="INV-1")
    sl.emit("invoice.posted", event_id="evt-2", invoice="INV-1")
    sl.emit("payment.received", event_id="evt-1", payment="PAY-1")
    sl.emit("invoice.posted", event_id="evt-1", system="salesforce", invoice="INV-1")
    with sl.step("outer.started"), sl.step("invoice.posted", event_id="evt-1") as it:
        assert sl.current_step() is it
    again, *others = [span for span in sent() if span.name != "outer.started"][::-1]
    elsewhere, payment, second, copy, first = others
    assert (first.trace_id, first.span_id) == (copy.trace_id, copy.span_id) == (again.trace_id, again.span_id)
    assert not again.parent_id
    assert first.span_id != second.span_id
    assert first.trace_id != second.trace_id
    assert payment.trace_id == first.trace_id
    assert payment.span_id != first.span_id
    assert elsewhere.trace_id != first.trace_id


def test_decorated_functions(sent: Sent) -> None:
    @sl.step("invoice.posted", project="PRJ-7")
    def post(number: str) -> str:
        """Post it."""
        sl.current_step().entity("invoice", number)
        return number.lower()

    @sl.step("invoice.synced_to_crm")
    async def sync(number: str) -> str:
        await asyncio.sleep(0)
        sl.current_step().entity("invoice", number)
        return number

    assert [post("INV-1"), post("INV-2")] == ["inv-1", "inv-2"]
    assert asyncio.run(sync("INV-3")) == "INV-3"
    assert (post.__name__, post.__doc__) == ("post", "Post it.")
    assert asyncio.iscoroutinefunction(sync)
    spans = sent()
    assert [span.attributes["business.entity.invoice"] for span in spans] == ["INV-1", "INV-2", "INV-3"]
    assert spans[0].attributes["business.entity.project"] == "PRJ-7"


def test_decorated_generators_are_current_only_while_they_run(sent: Sent) -> None:
    @sl.step("time_entry.read")
    def read(count: int) -> Generator[int, None, None]:
        for number in range(count):
            sl.current_step().entity("time_entry", number)
            yield number

    @sl.step("time_entry.fetched")
    async def fetch() -> AsyncIterator[int]:
        for number in range(2):
            await asyncio.sleep(0)
            sl.current_step().entity("time_entry", number)
            yield number

    async def consume() -> list[int]:
        return [number async for number in fetch()]

    with sl.step("invoice.generated") as outer:
        for _ in read(3):
            assert sl.current_step() is outer
    assert asyncio.run(consume()) == [0, 1]
    unfinished = read(9)
    next(iter(unfinished))
    unfinished.close()
    spans = sent()
    assert [span.name for span in spans] == [
        "time_entry.read",
        "invoice.generated",
        "time_entry.fetched",
        "time_entry.read",
    ]
    assert spans[0].attributes["business.entity.time_entry"] == ["0", "1", "2"]
    assert spans[0].parent_id == outer.span_id
    assert spans[3].attributes["business.outcome"] == "success"


def test_a_generator_passes_on_what_is_sent_and_thrown(sent: Sent) -> None:
    @sl.step("quote.negotiated")
    def negotiate() -> Generator[object, str, None]:
        try:
            answer = yield "offer"
        except KeyError:
            answer = "thrown"
        yield answer
        raise RuntimeError("broken off")

    talk = negotiate()
    assert next(talk) == "offer"
    assert talk.send("deal") == "deal"
    with pytest.raises(RuntimeError, match="broken off"):
        next(talk)
    other = negotiate()
    next(other)
    assert other.throw(KeyError("x")) == "thrown"
    other.close()
    first, second = sent()
    assert (first.attributes["business.outcome"], second.attributes["business.outcome"]) == ("failure", "success")
