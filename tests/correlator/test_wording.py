"""Durations, money, steps and systems in words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger_correlator.wording import amount_words, duration_words, listed, step_words, system_name, times_words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
        (timedelta(days=34), "34 d"),
        (timedelta(days=1234, hours=1), "1,234 d 1 h"),
        (timedelta(hours=4, minutes=12), "4 h 12 min"),
        (timedelta(hours=4, seconds=59), "4 h"),
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_durations_round_down(length: timedelta, words: str) -> None:
    assert duration_words(length) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [("48200.000000000", "48,200.00"), ("0.125", "0.125"), ("1E+3", "1,000.00"), ("-5.1", "-5.10"), ("0E-9", "0.00")],
)
def test_amounts_have_at_least_two_decimals(amount: str, words: str) -> None:
    assert amount_words(Decimal(amount), currency="EUR") == f"EUR {words}"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**20), max_value=10**20))
def test_no_digit_of_an_amount_is_lost(amount: Decimal) -> None:
    assert Decimal(amount_words(amount).replace(",", "")) == amount


def test_steps_and_systems() -> None:
    assert step_words("invoice.synced_to_crm") == "invoice synced to CRM"
    assert system_name("netsuite") == "NetSuite"
    assert system_name("acme_erp") == "acme_erp"


def test_counts_and_lists() -> None:
    assert [times_words(count) for count in (1, 2, 3, 1000)] == ["once", "twice", "3 times", "1,000 times"]
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
