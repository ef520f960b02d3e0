"""Money in answers: exact decimals as strings, never floats, each beside its currency."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_AMOUNT: Final = re.compile(r"\d{1,29}(?:\.\d{1,9})?\Z", re.ASCII)
"""What Decimal(38, 9) holds: 29 digits before the point and 9 behind it."""

_CURRENCY: Final = re.compile(r"[A-Z]{3}\Z", re.ASCII)


class Money(BaseModel):
    """An amount in one currency."""

    currency: str = Field(description="ISO 4217.", examples=["EUR"])
    amount: str = Field(description="A decimal as a string: the whole amount.", examples=["48200.00"])
    open: str = Field(description="The part at stake: not yet settled.", examples=["48200.00"])


class Total(BaseModel):
    """The sum over all that match, in one currency; an entity's money counts once, however many processes hold it."""

    currency: str = Field(description="ISO 4217.", examples=["EUR"])
    amount: str = Field(description="A decimal as a string.", examples=["96400.00"])
    entities: int = Field(description="How many entities hold this money.", examples=[2])


def plain(amount: Decimal) -> str:
    """`48200.00`: every digit that is there, at least two decimals, no exponent and no separators."""
    whole, _, fraction = f"{amount:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0'):0<2}"


def moneys(currencies: Iterable[str], amounts: Iterable[Decimal], at_stake: Iterable[Decimal]) -> list[Money]:
    """One Money per currency, in the order given."""
    return [
        Money(currency=currency, amount=plain(amount), open=plain(part))
        for currency, amount, part in zip(currencies, amounts, at_stake, strict=True)
    ]


def _amount(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not _AMOUNT.match(str(value)):
        raise PydanticCustomError(
            "invalid_value",
            "{what}",
            {
                "what": f"`{str(value)[:80]}` is no amount.",
                "do": "Write a decimal of at least 0 such as 1000 or 1000.50.",
            },
        )
    return Decimal(str(value))


def _currency(value: Any) -> str:
    if not _CURRENCY.match(str(value)):
        raise PydanticCustomError(
            "invalid_value",
            "{what}",
            {"what": f"`{str(value)[:80]}` is no currency.", "do": "Write its three capital letters, such as EUR."},
        )
    return str(value)


Amount = Annotated[Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "string", "examples": ["1000.00"]})]
"""A decimal of at least 0 as a query gives it, within Decimal(38, 9)."""

Currency = Annotated[
    str, BeforeValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]})
]
"""The shape of an ISO 4217 code."""
