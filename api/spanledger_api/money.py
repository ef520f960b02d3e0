"""Money in answers: exact decimals as strings, never floats, each beside its currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_AMOUNT: Final = re.compile(r"\d{1,29}(?:\.\d{1,9})?\Z", re.ASCII)
"""What Decimal(38, 9) holds: 29 digits before the point and 9 behind it."""

_CURRENCY: Final = re.compile(r"[A-Z]{3}\Z", re.ASCII)


class AtStake(BaseModel):
    """An amount in one currency, and what of it is at stake."""

    currency: str = Field(description="ISO 4217.", examples=["EUR"])
    amount: str = Field(description="A decimal as a string: the whole amount.", examples=["48200.00"])
    open: str = Field(description="The part at stake: not yet settled.", examples=["48200.00"])


class Money(AtStake):
    """An amount in one currency, and what became of it."""

    cash: str = Field(description="What was paid and not taken back.", examples=["0.00"])
    credit: str = Field(description="What credits settled.", examples=["0.00"])
    write_off: str = Field(description="What was given up of it.", examples=["0.00"])
    overpaid: str = Field(description="What was paid or credited beyond it, and is owed back.", examples=["0.00"])


class Part(BaseModel):
    """Money in one currency."""

    currency: str = Field(description="ISO 4217.", examples=["USD"])
    amount: str = Field(description="A decimal as a string.", examples=["100.00"])


class Total(BaseModel):
    """The sum over all that match, in one currency; an entity's money counts once, however many processes hold it."""

    currency: str = Field(description="ISO 4217.", examples=["EUR"])
    amount: str = Field(description="A decimal as a string.", examples=["96400.00"])
    entities: int = Field(description="How many entities hold this money.", examples=[2])


def plain(amount: Decimal) -> str:
    """`48200.00`: every digit that is there, at least two decimals, no exponent and no separators."""
    whole, _, fraction = f"{amount:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0'):0<2}"


_PARTS: Final = ("amount", "open", "cash", "credit", "write_off", "overpaid")
_COLUMNS: Final = ("Amounts", "OpenAmounts", "Cash", "Credits", "WriteOffs", "Overpaid")


def moneys(row: Mapping[str, Any]) -> list[Money]:
    """The money of a verdict, one per currency, in its order."""
    return [
        Money(currency=currency, **{name: plain(part) for name, part in zip(_PARTS, parts, strict=True)})
        for currency, *parts in zip(row["Currencies"], *(row[column] for column in _COLUMNS), strict=True)
    ]


def at_stake(row: Mapping[str, Any]) -> list[AtStake]:
    """The money of an exception, one per currency, in its order."""
    return [
        AtStake(currency=currency, amount=plain(amount), open=plain(left))
        for currency, amount, left in zip(row["Currencies"], row["Amounts"], row["OpenAmounts"], strict=True)
    ]


def elsewhere(row: Mapping[str, Any]) -> list[Part]:
    """What settled nothing, as it is in a currency that is not owed."""
    return [Part(currency=one["Currency"], amount=plain(one["Amount"])) for one in row["Elsewhere"]]


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
