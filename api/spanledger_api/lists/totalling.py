"""How many rows match and the money they stand for: an entity's money counts once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from spanledger_api.money import Total, plain

_COUNTED: Final = """
    SELECT
        {keys}{more}sum(Items) AS Count, max(Age) AS Oldest,
        sumMap(Money.1, Money.2) AS Sums,
        sumMap(Money.1, arrayMap(amount -> toUInt64(1), Money.1)) AS Holders
    FROM
    (
        SELECT {groups}{each}count() AS Items, max({age}) AS Age, maxMap(Currencies, {money}) AS Money
        FROM {source}
        GROUP BY {keys}RootType, RootId
    )
    {grouped}
"""


def counted(
    source: str,
    money: str = "OpenAmounts",
    *,
    maps: Mapping[str, str] | None = None,
    by: Mapping[str, str] | None = None,
    age: str = "0",
) -> str:
    """The SELECT of Count, Sums, Holders and Oldest over `source`, a FROM clause with its WHERE: one row, or one for each
    value of the expressions `by`, under their names.

    Each of `maps` adds a column with the number of rows by the values of another one; Oldest is the greatest `age`.
    """
    keys = "".join(f"{name}, " for name in by or {})
    return _COUNTED.format(
        source=source,
        money=money,
        age=age,
        keys=keys,
        groups="".join(f"{expression} AS {name}, " for name, expression in (by or {}).items()),
        each="".join(f"sumMap([{column}], [toUInt64(1)]) AS Each{name}, " for name, column in (maps or {}).items()),
        more="".join(f"sumMap(Each{name}.1, Each{name}.2) AS {name}, " for name in maps or {}),
        grouped=f"GROUP BY {keys.removesuffix(', ')}" if by else "",
    )


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
