"""Amounts are exact or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanledger._internal.money import MAX_DIGITS, currency_code, decimal_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("48200.00", "48200.00"),
        (Decimal("48200.00"), "48200.00"),
        (48200, "48200"),
        ("-0.10", "-0.10"),
        (" 1 ", "1"),
        ("1e3", "1000"),
        (Decimal("1E-3"), "0.001"),
        (".5", "0.5"),
    ],
)
def test_exact_numbers(value: object, text: str) -> None:
    assert decimal_text(value, "amount") == text


@pytest.mark.parametrize(
    "value",
    [
        *(48200.1, float("nan"), True, None, b"1", 10**200),
        *("", "48.200,00", "1_000", "NaN", "Infinity", "٤٨", "1e999", "9" * (MAX_DIGITS + 1)),
        *(Decimal("NaN"), Decimal("1E+999999"), Decimal("1E-999999")),
    ],
)
def test_what_is_not_exact_is_refused(value: object) -> None:
    assert decimal_text(value, "amount") is None


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6))
def test_no_digit_is_lost(number: Decimal) -> None:
    text = decimal_text(number, "amount")
    assert text is not None
    assert Decimal(text) == number
    assert "E" not in text
    assert decimal_text(text, "amount") == text


@pytest.mark.parametrize(("value", "code"), [("EUR", "EUR"), ("usd", "USD"), ("€", None), ("EURO", None), (978, None)])
def test_currencies(value: object, code: str | None) -> None:
    assert currency_code(value) == code
