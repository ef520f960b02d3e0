"""How long what matches has waited, in buckets, with its money."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, Field

from spanledger_api.filters import bound_moment
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.totalling import totals_of
from spanledger_api.money import Total

AGES: Final = (1, 3, 7, 14, 30, 90)
"""The bounds of the ageing buckets, in days."""


class AgeBucket(BaseModel):
    """What has waited for so long."""

    from_days: int = Field(description="At least so many days.", examples=[3])
    to_days: int | None = Field(description="Less than so many; null in the last bucket.", examples=[7])
    count: int = Field(description="How many wait for so long.", examples=[2])
    totals: list[Total] = Field(description="Their money at stake; an entity's counts once, at its longest wait.")


def buckets(inquiry: Inquiry, currency: str | None, age: str) -> list[AgeBucket]:
    """What is gathered, by `age`: an expression in seconds that may read the moment as `q_moment`.

    An entity that matches several times is as old as the oldest of them.
    """
    rows = inquiry.gathered(
        f"""
        SELECT
            arrayCount(bound -> Age >= bound * 86400, {{q_ages:Array(UInt32)}}) AS Bucket,
            sum(Items) AS Count,
            sumMap(Money.1, Money.2) AS Sums,
            sumMap(Money.1, arrayMap(amount -> toUInt64(1), Money.1)) AS Holders
        FROM
        (
            SELECT count() AS Items, max({age}) AS Age, maxMap(Currencies, OpenAmounts) AS Money
            FROM gathered
            GROUP BY RootType, RootId
        )
        GROUP BY Bucket
        ORDER BY Bucket
        """,  # noqa: S608 - an expression of this package
        {"q_moment": bound_moment(inquiry.moment), "q_ages": list(AGES)},
    )
    bounds = (0, *AGES, None)
    return [
        AgeBucket(
            from_days=bounds[row["Bucket"]] or 0,
            to_days=bounds[row["Bucket"] + 1],
            count=row["Count"],
            totals=totals_of(row, currency),
        )
        for row in rows
    ]
