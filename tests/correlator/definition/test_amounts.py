"""Amount tests of severity rules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from spanledger_correlator.definition.amounts import CURRENCIES, AmountTestError, parse_amount_test
from spanledger_correlator.definition.model import AmountTest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">= 100000 EUR", AmountTest(">=", Decimal(100000), "EUR")),
        (">100000 USD", AmountTest(">", Decimal(100000), "USD")),
        ("<= 0.50 GBP", AmountTest("<=", Decimal("0.50"), "GBP")),
        (" < 1  JPY ", AmountTest("<", Decimal(1), "JPY")),
    ],
)
def test_what_people_write(text: str, expected: AmountTest) -> None:
    assert parse_amount_test(text) == expected


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("100000 EUR", "is not an amount test", ">= 100000 EUR"),
        (">= 100,000 EUR", "is not an amount test", "without separators"),
        (">= 100000", "is not an amount test", ">= 100000 EUR"),
        ("= 100000 EUR", "is not an amount test", ">= 100000 EUR"),
        (">= 1e5 EUR", "is not an amount test", ">= 100000 EUR"),
        (">= -5 EUR", "is not an amount test", ">= 100000 EUR"),
        (">= 1234567890123456789 EUR", "is not an amount test", ">= 100000 EUR"),
        (">= 100000 eur", "`eur` is no ISO 4217 currency", "Write `EUR`."),
        (">= 100000 EURO", "`EURO` is no ISO 4217 currency", "Did you mean `EUR`?"),
        (">= 100000 USX", "`USX` is no ISO 4217 currency", "Did you mean"),
    ],
)
def test_what_is_refused_and_what_to_write_instead(text: str, what: str, hint: str) -> None:
    with pytest.raises(AmountTestError) as refused:
        parse_amount_test(text)
    assert what in str(refused.value)
    assert hint in refused.value.hint


def test_currencies_are_three_capitals() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert {"EUR", "USD", "GBP", "CHF", "INR", "JPY"} <= CURRENCIES
