"""Amounts are exact, in and out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from spanledger_api.money import Amount, Currency, moneys, plain

amount: TypeAdapter[Decimal] = TypeAdapter(Amount)
currency: TypeAdapter[str] = TypeAdapter(Currency)


@pytest.mark.parametrize(
    ("value", "text"),
    [("48200.000000000", "48200.00"), ("0.125", "0.125"), ("0E-9", "0.00"), ("1E+5", "100000.00"), ("-3.5", "-3.50")],
)
def test_amounts_are_plain_and_have_two_decimals(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


@given(st.decimals(-(10**29) + 1, 10**29 - 1, allow_nan=False, allow_infinity=False, places=9))
def test_no_digit_is_lost(value: Decimal) -> None:
    assert Decimal(plain(value)) == value


@pytest.mark.parametrize("text", ["0", "1000", "1000.50", "9" * 29 + "." + "9" * 9])
def test_amounts_that_can_be_asked_for(text: str) -> None:
    assert amount.validate_python(text) == Decimal(text)


@pytest.mark.parametrize("text", ["", "-1", "1,000.00", "1e3", "NaN", "Infinity", "9" * 30, "0." + "1" * 10, "\u0661"])
def test_amounts_that_cannot(text: str) -> None:
    with pytest.raises(ValidationError):
        amount.validate_python(text)


@pytest.mark.parametrize("text", ["eur", "EURO", "EU", "", "E1R", "EUR\n"])
def test_what_is_no_currency(text: str) -> None:
    with pytest.raises(ValidationError):
        currency.validate_python(text)


def test_money_stands_beside_its_currency() -> None:
    pair = moneys(
        {
            "Currencies": ["EUR", "JPY"],
            "Amounts": [Decimal(10), Decimal(500)],
            "OpenAmounts": [Decimal("2.5"), Decimal(0)],
            "Cash": [Decimal(7), Decimal(500)],
            "Credits": [Decimal(0), Decimal(1)],
            "WriteOffs": [Decimal("0.5"), Decimal(0)],
            "Overpaid": [Decimal(0), Decimal(1)],
        }
    )
    assert [list(money.model_dump().values()) for money in pair] == [
        ["EUR", "10.00", "2.50", "7.00", "0.00", "0.50", "0.00"],
        ["JPY", "500.00", "0.00", "500.00", "1.00", "0.00", "1.00"],
    ]
