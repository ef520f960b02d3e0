"""The contract with the host program: nothing is raised into it, whatever it hands over and whatever is down."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanledger as sl
from spanledger._internal.details import RESERVED
from spanledger._internal.problems import PROBLEMS
from tests.sdk.collector import Arrived, Collector

Sent = Callable[[], list[Arrived]]


class Hostile:
    """A value whose every use fails."""

    def __str__(self) -> str:
        raise RuntimeError("hostile")

    __repr__ = __str__
    __hash__ = None  # type: ignore[assignment]  # as hostile as it gets

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("hostile")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("hostile")


def messages(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records if record.name == "spanledger")


def test_a_float_amount_is_refused_and_the_span_kept(sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    with sl.step("invoice.posted", invoice="INV-1", amount=(48200.1, "EUR")) as it:  # type: ignore[arg-type]  # the point
        it.amount(1.5, "EUR")  # type: ignore[arg-type]  # the point
        it.quantity(7.5, "hours")  # type: ignore[arg-type]  # the point
        it.allocate("invoice", {"INV-1": "100.00", "INV-2": 0.1})  # type: ignore[dict-item]  # the point
    (span,) = sent()
    assert span.attributes["business.entity.invoice"] == "INV-1"
    assert not {"business.amount", "business.currency", "business.quantity"} & set(span.attributes)
    assert "business.allocation.invoice" not in span.attributes
    assert messages(caplog).count("is a float, which is not exact") == 1
    assert PROBLEMS.counts()["float_refused"] == 4


def test_wrong_values_are_left_out_one_by_one(sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    bad: Any = Hostile()
    wrong: Any = {
        "process": bad,
        "amount": "48200.00",
        "quantity": ("1", bad),
        "due_at": "soon",
        "occurred_at": bad,
        "attempt": "two",
        "record_count": 2**70,
        "impact": "huge",
        "outcome": "fine",
        "event_id": 1.5,
        "aliases": ["x"],
        "attributes": {"account": "platinum"},
        "allocations": {"invoice": bad},
        "project": bad,
        "contract": {"a": 1},
        "Invoice": "INV-2",
        "worker": b"raw",
    }
    with sl.step("invoice.posted", invoice="INV-1", **wrong) as it:
        it.entity(bad, bad)
        it.alias("project", bad)
        it.attribute("account", bad, bad)
        it.fail("no such kind", code=bad, message="kept")
        it.due_at = bad
        it.record_count = bad
        it.idempotency_key = bad
    (span,) = sent()
    kept = {key for key in span.attributes if not key.startswith("business.producer")}
    assert kept == {
        "business.step",
        "business.system",
        "business.entity.invoice",
        "business.outcome",
        "business.error.kind",
        "business.error.message",
    }
    assert span.attributes["business.error.kind"] == "unknown"
    assert "lower case with underscores" in messages(caplog)


def test_wrong_calls_are_no_errors_either(sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    anything: Any = sl
    with anything.step():
        pass
    with anything.step(None) as it:
        it.amount("1")
        it.nothing = 1
    anything.emit()
    anything.emit("")
    anything.emit("invoice.posted", at=Hostile())
    with anything.transaction("one argument"), anything.extract():
        pass
    with sl.step("payment.received") as it:
        anything_it: Any = it
        anything_it.amount("1")
        anything_it.fail("timeout", "too many", "arguments")
    assert [span.name for span in sent()] == ["invoice.posted", "payment.received"]
    assert "[step_name]" in messages(caplog)


def test_broken_carriers(sent: Sent) -> None:
    class ReadOnly(dict[str, str]):
        def __setitem__(self, key: str, value: str) -> None:
            raise TypeError("read-only")

    anything: Any = sl
    with sl.step("invoice.posted"), sl.transaction("invoice-to-cash", "INV-1"):
        read_only = ReadOnly()
        assert sl.inject(read_only) is read_only
        assert anything.inject(None) is None
    for carrier in (
        None,
        7,
        "traceparent",
        {"traceparent": 7},
        {"traceparent": "00-zz-zz-01", "baggage": "%%%"},
        {1: 2},
    ):
        with anything.extract(carrier), sl.step("invoice.synced_to_crm"):
            pass
    assert len(sent()) == 7


def test_text_that_is_not_unicode_does_not_cost_the_batch(sent: Sent) -> None:
    with sl.step("invoice.posted", invoice="INV-\udcff", file="file-\ud800.csv") as it:
        it.attribute("account", "name", "Müller \udc80")
    with pytest.raises(ValueError, match="bad"), sl.step("invoice.generated \udc80"):
        raise ValueError("bad \udc80")
    posted, generated = sent()
    assert posted.attributes["business.entity.invoice"] == "INV-?"
    assert posted.attributes["business.attribute.account.name"] == "Müller ?"
    assert generated.attributes["business.error.message"] == "bad ?"


def test_an_unreachable_collector_slows_nothing_down(caplog: pytest.LogCaptureFixture) -> None:
    sl.configure(endpoint="http://127.0.0.1:9", delay=0.01, timeout=0.2)
    began = time.monotonic()
    for number in range(50):
        with sl.step("invoice.posted", invoice=number):
            pass
    assert time.monotonic() - began < 0.5
    assert not sl.flush(5)
    assert "span_lost" not in PROBLEMS.counts()
    assert messages(caplog).count("cannot be reached") == 1
    assert not [record for record in caplog.records if record.name != "spanledger"]


def test_a_collector_that_refuses(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    collector.status = 401
    sl.configure(endpoint=collector.endpoint)
    sl.emit("invoice.posted")
    assert not sl.flush(5)
    assert "Unauthorized" in messages(caplog)


def test_a_broken_log_handler_is_no_error(sent: Sent) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError(f"disk full: {record.name}")

    handler = Broken()
    logging.getLogger("spanledger").addHandler(handler)
    try:
        with sl.step("invoice.posted", amount=(1.5, "EUR"), Invoice="x"):  # type: ignore[arg-type]  # the point
            pass
    finally:
        logging.getLogger("spanledger").removeHandler(handler)
    assert len(sent()) == 1


def test_a_broken_exception_is_raised_as_it_is(sent: Sent) -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

        @property
        def response(self) -> object:
            raise RuntimeError("no answer")

    with pytest.raises(Broken), sl.step("invoice.posted", invoice="INV-1"):
        raise Broken
    (span,) = sent()
    assert span.failed
    assert span.attributes["business.error.kind"] == "unknown"
    assert span.attributes["business.entity.invoice"] == "INV-1"


def test_a_step_written_to_after_its_end(sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    with sl.step("invoice.posted") as it:
        pass
    it.entity("invoice", "INV-1")
    it.outcome = "failure"
    (span,) = sent()
    assert "business.entity.invoice" not in span.attributes
    assert "after the step's end" in messages(caplog)


def test_unconfigured_everything_does_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert sl.flush(0.0)
    assert sl.shutdown(0.0)

    @sl.step("invoice.posted")
    def post() -> int:
        return 7

    with sl.transaction("invoice-to-cash", "INV-1"), sl.extract({"baggage": "a=b"}), sl.step("a.b", x=1.5) as it:  # type: ignore[arg-type]  # the point
        it.amount(1.5, "EUR")  # type: ignore[arg-type]  # the point
        it.outcome = "nonsense"
        assert (it.trace_id, it.outcome, it.record_count) == ("", None, None)
        assert sl.inject({}) == {}
        sl.emit("payment.received", at="nonsense")
        assert post() == 7
    assert not caplog.records


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.decimals() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
_ARGUMENTS = st.dictionaries(
    st.sampled_from([*sorted(RESERVED), "invoice", "project", "Ünïcode"]),
    _ANYTHING | st.tuples(_ANYTHING, _ANYTHING),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arguments=_ARGUMENTS, late=_ANYTHING)
def test_whatever_is_handed_over_the_span_arrives(collector: Collector, arguments: dict[str, Any], late: Any) -> None:
    sl.configure(endpoint=collector.endpoint, system="erp")
    before = len(collector.arrived)
    with sl.step("invoice.posted", **arguments) as it:
        it.entity("task", late)
        it.attribute("account", "tier", late)
        it.amount(late, "EUR")
        it.fail(late, code=late, message=late, retryable=late)
    assert sl.flush(10)
    assert len(collector.arrived) == before + 1
    amount = collector.arrived[-1].attributes.get("business.amount")
    assert amount is None or Decimal(str(amount)).is_finite()
