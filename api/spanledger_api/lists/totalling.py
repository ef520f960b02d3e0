"""How many rows match and the money they stand for: an entity's money counts once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from spanledger_api.money import Total, plain

_COUNTED: Final = """
    SELECT
        {more}sum(Items) AS Count,
        sumMap(Money.1, Money.2) AS Sums,
        sumMap(Money.1, arrayMap(amount -> toUInt64(1), Money.1)) AS Holders
    FROM
    (
        SELECT {each}count() AS Items, maxMap(Currencies, {money}) AS Money
        FROM {source}
        GROUP BY RootType, RootId
    )
"""


def counted(source: str, money: str = "OpenAmounts", *, maps: Mapping[str, str] | None = None) -> str:
    """The SELECT of one row with Count, Sums and Holders over `source`, a FROM clause with its WHERE.

    Each of `maps` adds a column with the number of rows by the values of another one.
    """
    each = "".join(f"sumMap([{column}], [toUInt64(1)]) AS Each{name}, " for name, column in (maps or {}).items())
    more = "".join(f"sumMap(Each{name}.1, Each{name}.2) AS {name}, " for name in maps or {})
    return _COUNTED.format(source=source, money=money, each=each, more=more)


def totals_of(row: Mapping[str, Any], currency: str | None = None) -> list[Total]:
    """The money of such a row, by currency; only one if it was asked for."""
    sums, holders = (dict(zip(*row[column], strict=True)) for column in ("Sums", "Holders"))
    return [
        Total(currency=held, amount=plain(sums[held]), entities=holders[held])
        for held in sorted(sums)
        if currency in {None, held}
    ]


def numbers_of(row: Mapping[str, Any], name: str) -> dict[str, int]:
    """The rows by the values of one of `maps`."""
    return dict(zip(*row[name], strict=True))
