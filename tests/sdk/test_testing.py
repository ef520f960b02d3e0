"""The pytest plugin, as a team that tests its instrumentation uses it: in a pytest of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

JOB = """
import spanledger as sl

sl.configure(service_name="sync", system="netsuite", endpoint="http://127.0.0.1:9")

def post(number, total):
    with sl.step("invoice.posted", invoice=[number, number + "-COPY"], project="PRJ-7", amount=(total, "EUR")) as it:
        if number == "INV-2":
            it.reject("closed_period", code="PERIOD_CLOSED", message="period closed")
"""
GOOD = """
from decimal import Decimal
import spanledger as sl

def test_posting(business_spans):
    from job import post
    assert business_spans.steps == []
    post("INV-1", "48200.00")
    post("INV-2", "1.00")
    assert business_spans.steps == ["invoice.posted", "invoice.posted"]
    posted = business_spans.one("invoice.posted", invoice="INV-1", outcome="success")
    assert posted.amount == (Decimal("48200.00"), "EUR")
    assert posted.quantity is None
    assert posted.entities == {"invoice": ["INV-1", "INV-1-COPY"], "project": ["PRJ-7"]}
    assert posted.attributes["business.producer.seq"] == 1
    assert business_spans.one("invoice.posted", error_code="PERIOD_CLOSED", system="netsuite").outcome == "rejected"
    assert len(business_spans.matching("invoice.posted")) == 2
    business_spans.none("invoice.posted", outcome="failure")
    assert business_spans.problems == {}
    assert sl.flush(0.1)
    assert sl.shutdown(0.1)

def test_the_next_test_begins_anew(business_spans):
    from job import post
    assert business_spans.all == []
    post("INV-3", 12.5)
    assert business_spans.problems == {"float_refused": 1}

def test_what_is_configured_inside_counts_and_is_not_sent(business_spans):
    sl.configure(system="sap", endpoint="http://127.0.0.1:9")
    with sl.step("invoice.posted") as outer:
        with sl.step("payment.received"):
            pass
    inner = business_spans.one("payment.received", system="sap")
    assert inner.parent_id == business_spans.one("invoice.posted").span_id == outer.span_id
    assert inner.seconds >= 0
"""
BAD = """
def test_none(business_spans):
    business_spans.one("invoice.posted")

def test_other(business_spans):
    from job import post
    post("INV-1", "48200.00")
    post("INV-2", "1.00")
    business_spans.one("invoice.posted", invoice="INV-9", outcome="success")

def test_two(business_spans):
    from job import post
    post("INV-1", "1.00")
    post("INV-1", "1.00")
    business_spans.one("invoice.posted", invoice="INV-1")

def test_some(business_spans):
    from job import post
    post("INV-1", "1.00")
    business_spans.none("invoice.posted", invoice="INV-1")
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[[str], pytest.RunResult]:
    pytester.makepyfile(job=JOB)
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider")

    def run(text: str) -> pytest.RunResult:
        pytester.makepyfile(test_job=text)
        return pytester.runpytest_subprocess("-p", "no:xdist")

    return run


def test_it_captures_and_finds(run: Callable[[str], pytest.RunResult]) -> None:
    run(GOOD).assert_outcomes(passed=3)


def test_what_is_missing_is_told_in_words(run: Callable[[str], pytest.RunResult]) -> None:
    result = run(BAD)
    result.assert_outcomes(failed=4)
    told = "\n".join(line.removeprefix("E").strip() for line in result.stdout.str().splitlines())
    for words in (
        (
            "Failed: expected one business span of invoice.posted; found none.\n"
            "Nothing was captured: does the code run under this test, and does it call spanledger?\n"
        ),
        (
            "expected one business span of invoice.posted, invoice='INV-9', outcome='success'; found none.\nCaptured were 2:\n"
            "1. invoice.posted success invoice=INV-1,INV-1-COPY project=PRJ-7 48200.00 EUR\n"
            "its invoice is INV-1, INV-1-COPY, not INV-9\n"
            "2. invoice.posted rejected invoice=INV-2,INV-2-COPY project=PRJ-7 1.00 EUR period closed\n"
            "its invoice is INV-2, INV-2-COPY, not INV-9; its outcome is 'rejected', not 'success'\n"
        ),
        "expected one business span of invoice.posted, invoice='INV-1'; found 2.\n",
        "expected no business span of invoice.posted, invoice='INV-1'; found 1.\n",
    ):
        assert words in told
