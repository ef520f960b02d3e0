"""Amounts and quantities: exact decimals as strings, or nothing. A float is refused, because it is not exact."""

import re
from decimal import Decimal, InvalidOperation

from spanledger._internal.problems import PROBLEMS

Number = str | int | Decimal

MAX_DIGITS = 76
"""Digits before and after the point together: what ClickHouse's widest decimal holds."""

_CURRENCY = re.compile(r"[A-Za-z]{3}")
_SIMPLE = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,18})?", re.ASCII)
"""What nearly every amount looks like, and is written out as it stands."""
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def decimal_text(value: object, what: str) -> str | None:
    """A number as plain decimal text, its trailing zeros kept; None (reported) for anything that is not exact.

    `"48200.00"`, `Decimal("48200.00")` and `48200` are taken. A float, `NaN`, `"48.200,00"` and more than
    `MAX_DIGITS` digits are not.
    """
    if type(value) is str and _SIMPLE.fullmatch(value):
        return value
    if isinstance(value, float):
        PROBLEMS.report(
            "float_refused",
            "the %s %r is a float, which is not exact; pass a str, a Decimal or an int. It was left out",
            what,
            value,
        )
        return None
    number = _exact(value)
    if number is None or not number.is_finite() or _digits(number) > MAX_DIGITS:
        PROBLEMS.report("not_a_number", "the %s %.100r is not a decimal number such as '48200.00'", what, value)
        return None
    return format(number, "f")


def currency_code(value: object) -> str | None:
    """An ISO 4217 code in upper case, by its shape; None (reported) if it is not three letters."""
    if isinstance(value, str) and value.isascii() and _CURRENCY.fullmatch(value):
        return value.upper()
    PROBLEMS.report("currency", "%.100r is no currency; use the ISO 4217 code: 'EUR'", value)
    return None


def _exact(value: object) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        try:
            return Decimal(value.strip())
        except InvalidOperation:
            return None
    return None


def _digits(number: Decimal) -> int:
    """Digits needed to write the number out plainly, without doing so: 1E+999999 must not become a megabyte."""
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return 0
    before = max(len(digits) + exponent, 1)
    return before + max(-exponent, 0)
