"""A problem is counted every time and logged once a minute."""

from __future__ import annotations

import pytest

from spanledger._internal.problems import Problems, never_raises


def test_once_a_minute_per_problem(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    problems = Problems(lambda: now[0])
    for second in range(130):
        now[0] = float(second)
        problems.report("amount", "the amount %s is wrong", "100 %")
    problems.report("other", "another problem")
    assert [record.getMessage() for record in caplog.records] == [
        "spanledger: the amount 100 % is wrong [amount]",
        "spanledger: the amount 100 % is wrong [amount, and 59 more since it was last logged]",
        "spanledger: the amount 100 % is wrong [amount, and 59 more since it was last logged]",
        "spanledger: another problem [other]",
    ]
    assert problems.counts() == {"amount": 130, "other": 1}


def test_exceptions_stop_here_and_interrupts_pass() -> None:
    @never_raises(lambda: 7)
    def fails(error: BaseException) -> int:
        raise error

    assert fails(ValueError("x")) == 7
    with pytest.raises(KeyboardInterrupt):
        fails(KeyboardInterrupt())
