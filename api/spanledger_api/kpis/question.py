"""`GET /v1/kpis`: key figures month by month, with the month before beside each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from spanledger_api.answering import ALWAYS, Desk
from spanledger_api.filters import Where, bound_moment, where
from spanledger_api.inquiry import Inquiry
from spanledger_api.kpis.catalogue import BY_NAME, KPIS
from spanledger_api.kpis.kpi import Kpi, Unit
from spanledger_api.lists.flat import columns_of, lines_of
from spanledger_api.lists.listing import Cell, Listing, ListParameters
from spanledger_api.moments import rfc3339
from spanledger_api.money import plain
from spanledger_api.openapi import documented, listed
from spanledger_api.parameters import Filters, Text
from spanledger_api.problems import refusal_of, unknown_value
from spanledger_api.zones import Zones

router = APIRouter(tags=["kpis"])

PAGE: Final = 10_000
Dimension = Literal["process", "legal_entity", "owner", "client", "region", "project", "reason"]
_DIMENSIONS: Final[dict[str, dict[str, str]]] = {
    "verdicts": {
        "process": "Process",
        "legal_entity": "LegalEntity",
        "owner": "Owner",
        "client": "ClientName",
        "region": "Region",
        "project": "arrayFirst(one -> one.1 = 'project', Related).2",
        "reason": "WhyKind",
    },
    "exceptions": {
        "process": "Process",
        "legal_entity": "LegalEntity",
        "owner": "Owner",
        "client": "ClientName",
        "region": "Region",
        "project": "''",
        "reason": "Kind",
    },
}
_GATHERED: Final = {
    "verdicts": """
        Process, Status, Stuck, Impact, Owner, ClientName, LegalEntity, Region, Related, WhyKind, Currencies, Amounts,
        OpenAmounts, Cash, WriteOffs, StartedAt, LastActivityAt, ClosedAt, WaitingSince, SlaState, SlaEndsAt, StepNames,
        StepFirstSuccess, StepLastSuccess, StepLastFailure, StepDoneAt, Exceptions.Kind AS Exceptions
    """,
    "exceptions": "Process, Owner, ClientName, LegalEntity, Region, Kind, State, Since, Until",
}
"""What figures read of each source."""
_OF_STUCK_ALONE: Final = ("waiting_for", "reason", "sla", "q", "currency", "min_amount")
"""Filters that ask for what an exception does not have."""


class KpisParameters(Filters, ListParameters):
    """Which figures, over which months, and by what they are told apart."""

    kpi: list[Text] = Field(default=[], examples=[["invoice_cycle_time"]])
    """Which figures; without it all."""
    by: list[Dimension] = Field(default=[])
    """What to tell them apart by; repeat it."""
    months: int = Field(default=6, ge=1, le=60)
    """So many months, the last one that of the clock."""


class FigureView(BaseModel):
    """A figure in one month."""

    kpi: str = Field(examples=["invoice_cycle_time"])
    month: str = Field(description="In the zone of its legal entity.", examples=["2026-03"])
    group: dict[str, str | None] = Field(
        description="Its value for each dimension asked for; null where there is none."
    )
    unit: Unit
    value: float | None = Field(
        description="In hours or days, or as a share from 0 to 1; null for money, and where it is not known yet.",
        examples=[51.5],
    )
    p90: float | None = Field(description="Of what takes time the 90th percentile, in the same unit.", examples=[120.0])
    currency: str | None = Field(description="Of money.", examples=["EUR"])
    amount: str | None = Field(description="Of money: a decimal as a string.", examples=["48200.00"])
    count: int = Field(
        description="Over so many transactions (of money: with that currency) or exceptions.", examples=[12]
    )
    previous: float | str | None = Field(description="The value or amount of the month before.", examples=[55.0])


class DefinitionView(BaseModel):
    """What a figure means."""

    kpi: str
    unit: Unit
    words: str
    sql: str


class KpisAnswer(BaseModel):
    """Key figures at `as_of`."""

    as_of: datetime = Field(description="The clock that the answer was read at.")
    known: str
    definitions: list[DefinitionView]
    items: list[FigureView] = Field(description="By figure, group and month.")
    notes: list[str] = Field(description="What to know about this answer.")


@router.get(
    "/v1/kpis",
    response_model=KpisAnswer,
    summary="Key figures",
    responses=listed("kpis")
    | documented(*ALWAYS, "unknown_value", "currency_missing", "not_acceptable", "too_many_rows"),
)
async def kpis(desk: Desk, parameters: Annotated[KpisParameters, Query()]) -> Response:
    """How long things take, how much is billed, collected, waiting or lost, and how much goes right the first time.

    Each figure is told by month, legal entity, owner, client, region, project or reason, with the month before beside it.
    """
    if "client" in parameters.by:
        desk.principal.require("finance")

    def question(inquiry: Inquiry, wanted: int) -> Listing:
        answer = find(inquiry, parameters, desk.services.zones, wanted)
        return Listing(
            answer=answer,
            name="kpis",
            columns=columns_of(FigureView),
            lines=_lines,
            about={"As of": rfc3339(answer.as_of)} | {one.kpi: one.words for one in answer.definitions},
        )

    return await desk.answer_list(parameters, PAGE, question)


def find(inquiry: Inquiry, parameters: KpisParameters, zones: Zones, wanted: int) -> KpisAnswer:
    """The answer at the inquiry's clock, of at most `wanted` figures."""
    parameters.check(inquiry.catalogue)
    faults = [unknown_value("query.kpi", name, "key figure", BY_NAME) for name in parameters.kpi if name not in BY_NAME]
    if faults:
        raise refusal_of(faults)
    asked = [kpi for kpi in KPIS if not parameters.kpi or kpi.name in parameters.kpi]
    ruled_out = [name for name in _OF_STUCK_ALONE if getattr(parameters, name)]
    left_out = [kpi for kpi in asked if kpi.source == "exceptions" and ruled_out]
    told = [kpi for kpi in asked if kpi not in left_out]
    months = _months(inquiry.moment, parameters.months + 1)
    by = list(dict.fromkeys(parameters.by))
    items = _all_figures(inquiry, parameters, told, by, months, zones)
    notes = [f"`{kpi.name}` is left out: it cannot be filtered by {', '.join(ruled_out)}." for kpi in left_out]
    return KpisAnswer(
        as_of=inquiry.moment,
        known=inquiry.known,
        definitions=[DefinitionView(kpi=kpi.name, unit=kpi.unit, words=kpi.words, sql=kpi.sql) for kpi in told],
        items=items[:wanted],
        notes=notes,
    )


def _all_figures(
    inquiry: Inquiry,
    parameters: KpisParameters,
    told: Sequence[Kpi],
    by: Sequence[str],
    months: Sequence[str],
    zones: Zones,
) -> list[FigureView]:
    """The figures of every key figure, in the order asked. What several read is judged once and read from there."""
    found: dict[str, list[FigureView]] = {}
    for source in ("verdicts", "exceptions"):
        asked = [kpi for kpi in told if kpi.source == source]
        if not asked:
            continue
        clause = where(parameters)
        _not_before(clause, source, months)
        sql = f"SELECT {_GATHERED[source]} FROM {source} {clause.sql}"  # noqa: S608 - constants; the values are bound
        gathering = inquiry.gathering if source == "verdicts" else inquiry.gathering_exceptions
        with gathering(sql, clause.values):
            for kpi in asked:
                found[kpi.name] = list(_figures(inquiry, parameters, kpi, by, months, zones))
    return [one for kpi in told for one in found[kpi.name]]


def _not_before(clause: Where, source: str, months: Sequence[str]) -> None:
    """Leave out what no figure of these months can be about: every moment of a figure is one of these, or before one."""
    begin = _begin(months)
    latest = ("LastActivityAt", "StartedAt", "SlaEndsAt") if source == "verdicts" else ("Since", "Until")
    is_in = " OR ".join(f"ifNull({one} >= {{q_begin:DateTime64(9, 'UTC')}} - INTERVAL 1 DAY, 0)" for one in latest)
    clause.add(f"({is_in})", q_begin=bound_moment(begin))


def _begin(months: Sequence[str]) -> datetime:
    """The first moment of the first month in UTC; in a legal entity's zone it lies up to a day beside."""
    year, month = (int(part) for part in months[0].split("-"))
    return datetime(year, month, 1, tzinfo=UTC)


def _lines(one: FigureView) -> Iterator[Mapping[str, Cell]]:
    """The one line of a figure; its money is a number there, as everywhere in a file."""
    numbers = {
        name: None if value is None else Decimal(str(value))
        for name, value in (("amount", one.amount), ("previous", one.previous))
    }
    yield from ({**line, **numbers} for line in lines_of(one))


def _months(moment: datetime, count: int) -> list[str]:
    """The last so many months, the clock's last."""
    last = moment.year * 12 + moment.month - 1
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(last - count + 1, last + 1)]


def _figures(
    inquiry: Inquiry, parameters: KpisParameters, kpi: Kpi, by: Sequence[str], months: Sequence[str], zones: Zones
) -> Iterator[FigureView]:
    clause = Where([kpi.counts])
    month, zone_names = zones.month_of(kpi.at)
    _within(clause, kpi.at, months)
    dimensions = "".join(f"toString({_DIMENSIONS[kpi.source][name]}) AS By{place}, " for place, name in enumerate(by))
    keys = "".join(f"By{place}, " for place in range(len(by)))
    count = "sumMap(Currencies, arrayMap(one -> toUInt64(1), Currencies))" if kpi.unit == "money" else "count()"
    sql = f"""
        SELECT {dimensions}{month} AS Month, {count} AS Count, {kpi.aggregate} AS Value, {kpi.spread or "NULL"} AS Spread
        FROM gathered {clause.sql} GROUP BY {keys}Month ORDER BY {keys}Month
    """  # noqa: S608 - expressions of this package; the values are bound
    rows = inquiry.gathered(sql, {**clause.values, **zone_names, "q_moment": bound_moment(inquiry.moment)})
    found = {
        (tuple(row[f"By{place}"] for place in range(len(by))), currency, row["Month"]): (value, row)
        for row in rows
        for currency, value in _values(kpi, row, parameters.currency)
    }
    before = dict(zip(months[1:], months, strict=False))
    for (group, currency, at), (held, row) in found.items():
        if at in before:
            previous = found.get((group, currency, before[at]))
            yield FigureView(
                kpi=kpi.name,
                month=at,
                group={name: part or None for name, part in zip(by, group, strict=True)},
                unit=kpi.unit,
                value=held if isinstance(held, float) else None,
                p90=None if row["Spread"] is None else round(row["Spread"], 4),
                currency=currency or None,
                amount=held if isinstance(held, str) else None,
                count=dict(zip(*row["Count"], strict=True))[currency] if kpi.unit == "money" else row["Count"],
                previous=previous[0] if previous else None,
            )


def _within(clause: Where, at: str, months: Sequence[str]) -> None:
    """Only what lies in these months, in whatever zone."""
    clause.add(f"{at} >= {{q_begin:DateTime64(9, 'UTC')}} - INTERVAL 1 DAY", q_begin=bound_moment(_begin(months)))
    clause.add(f"{at} <= {{q_moment:DateTime64(9, 'UTC')}}")


def _values(kpi: Kpi, row: dict[str, Any], wanted: str | None) -> Iterator[tuple[str, float | str | None]]:
    """A row's values by currency, of money only in the one that is wanted; what is no money has none."""
    if kpi.unit == "money":
        for currency, amount in zip(*row["Value"], strict=True):
            if wanted in {None, currency}:
                yield currency, plain(Decimal(amount))
    else:
        yield "", None if row["Value"] is None else round(float(row["Value"]), 4)
