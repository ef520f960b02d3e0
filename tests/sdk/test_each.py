"""`each`: a span for each record, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanledger as sl
from spanledger import attributes
from spanledger._internal import runtime
from spanledger._internal.problems import PROBLEMS
from tests.sdk.collector import Arrived

Sent = Callable[[], list[Arrived]]
ROWS = [{"id": f"TE-{number}", "hours": number} for number in range(6)]


def work(rows: list[dict[str, Any]], **said: Any) -> sl.Batch[dict[str, Any]]:
    """A batch in which the third record is rejected, the fourth raises, and the fifth is left out."""
    batch = sl.each("time_entry.imported", rows, time_entry=lambda row: row["id"], **said)
    for row, it in batch:
        if row["hours"] == 4:
            continue
        with it as step:
            if row["hours"] == 2:
                step.reject("validation", message="not two")
            elif row["hours"] == 3:
                raise ValueError("three is no number of hours")
    return batch


def test_one_span_a_record_and_the_counts_at_the_end(sent: Sent) -> None:
    batch = work(ROWS, system="psa", quantity=lambda row: (row["hours"], "hours"))
    assert batch.counts == Counter(success=3, rejected=1, failure=1, skipped=1)
    assert batch.total == 6
    assert [(one.record["id"], str(one.exception)) for one in batch.errors] == [("TE-3", "three is no number of hours")]
    said = {str(span.attributes["business.entity.time_entry"]): span.attributes for span in sent()}
    assert {key: value["business.outcome"] for key, value in said.items()} == {
        "TE-0": "success",
        "TE-1": "success",
        "TE-2": "rejected",
        "TE-3": "failure",
        "TE-5": "success",
    }
    assert {value["business.system"] for value in said.values()} == {"psa"}
    assert said["TE-5"]["business.quantity"] == "5"


def test_without_configuration_the_program_goes_the_same_way() -> None:
    assert runtime.current() is None
    batch = work(ROWS)
    assert batch.counts == Counter(success=3, rejected=1, failure=1, skipped=1)
    assert len(batch.errors) == 1


def test_what_is_no_exception_goes_on(sent: Sent) -> None:
    batch = sl.each("time_entry.imported", ROWS, time_entry=lambda row: row["id"])

    def interrupted() -> None:
        for _, it in batch:
            with it:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert batch.counts == Counter(cancelled=1)
    (span,) = sent()
    assert span.attributes["business.outcome"] == "cancelled"


def test_what_the_records_themselves_raise_is_the_hosts() -> None:
    def rows() -> Any:
        yield {"id": 1}
        raise OSError("the file ends in the middle")

    batch = sl.each("time_entry.imported", rows())
    with pytest.raises(OSError, match="in the middle"):
        list(batch)
    assert batch.counts == Counter(skipped=1)


def test_a_function_that_fails_costs_its_value_alone(sent: Sent) -> None:
    batch = sl.each(
        "time_entry.imported", ROWS[:2], time_entry=lambda row: row["id"], project=lambda row: row["nothing"]
    )
    for _, it in batch:
        with it:
            pass
    assert batch.counts == Counter(success=2)
    assert all("business.entity.project" not in span.attributes for span in sent())
    assert PROBLEMS.counts()["unexpected"] == 2


def test_asynchronous_records(sent: Sent) -> None:
    async def rows() -> AsyncIterator[int]:
        for number in range(3):
            yield number

    async def job(records: Any) -> Counter[str]:
        batch = sl.each("time_entry.imported", records, time_entry=lambda number: number)
        async for number, it in batch:
            async with it:
                await asyncio.sleep(0)
                if number == 1:
                    raise ValueError("one")
        return batch.counts

    assert asyncio.run(job(rows())) == asyncio.run(job(range(3))) == Counter(success=2, failure=1)
    assert len(sent()) == 6
    with pytest.raises(TypeError, match="async for"):
        list(sl.each("time_entry.imported", rows()))


def test_a_records_step_is_current_inside(sent: Sent) -> None:
    for _, it in sl.each("time_entry.imported", ROWS[:1]):
        with it as step:
            assert sl.current_step() is step
            with sl.step("invoice.posted"):
                pass
    assert sl.current_step().span_id == ""
    inner, outer = sent()
    assert inner.parent_id == outer.span_id


OUTCOME = st.sampled_from(
    ["nothing", "fail", "reject", "raise", "skip", "reject and raise", "nonsense", *attributes.OUTCOMES]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(OUTCOME, max_size=12))
def test_counts_are_the_spans_outcomes(plan: list[str]) -> None:
    """Configured or not, and as the spans say it."""
    told: list[Counter[str]] = []
    spans: list[str] = []
    for configured in (False, True):
        if configured:
            sl.configure(endpoint="http://127.0.0.1:9", delay=60, spool=False, exit_timeout=0.1)
        batch = sl.each("time_entry.imported", plan)
        for what, it in batch:
            if what == "skip":
                continue
            with it as step:
                if what == "fail":
                    step.fail()
                elif what.startswith("reject"):
                    step.reject()
                elif what == "nonsense" or what in attributes.OUTCOMES:
                    step.outcome = what
                if what.endswith("raise"):
                    raise ValueError(what)
        told.append(batch.counts)
    running: Any = runtime.current()
    spans = [span.attributes["business.outcome"] for span in running.sink._queue]
    sl.shutdown(0.1)
    skipped = plan.count("skip")
    assert told[0] == told[1] == Counter(spans) + Counter(skipped=skipped)
