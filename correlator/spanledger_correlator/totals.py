"""Control totals: what systems say they have, kept with who and when, and how much of it spans show.

Rows are only ever added; of totals that speak of the same, the one loaded last counts, as of a moment the last one
that was loaded by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from spanledger_correlator import periods
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.reconciliation import read_standing
from spanledger_correlator.totals_file import ControlTotal
from spanledger_correlator.viewpoint import Viewpoint
from spanledger_store import Store

State = Literal["covered", "gap", "open"]
_FOREVER = datetime(2261, 1, 1, tzinfo=UTC)
_COLUMNS = [
    "Tenant",
    "System",
    "Step",
    "EntityType",
    "Period",
    "Zone",
    "LegalEntity",
    "Currency",
    "Count",
    "Amount",
    "Owner",
    "LoadedAt",
    "LoadedBy",
    "File",
    "Line",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A total, and who loaded it when."""

    total: ControlTotal
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """A total beside what spans show of it.

    `missing` are those that the system has and no span shows, `unknown` those that spans show beyond its count.
    `coverage` is the share seen, 0 to 1; None where nothing was to be seen, or no count is given. `open`: the period
    is not over.
    """

    loaded: Loaded
    seen: int
    missing: int
    unknown: int
    coverage: Decimal | None
    amount_seen: Decimal | None
    amount_missing: Decimal | None
    ends: datetime
    state: State


def load(store: Store, tenant: str, totals: Sequence[ControlTotal], by: str, at: datetime) -> None:
    """Keep totals for a tenant: `by` is who loads them, `at` when."""
    rows = [
        [
            tenant,
            one.system,
            one.step,
            one.entity,
            one.period,
            one.zone,
            one.legal_entity,
            one.currency,
            one.count,
            one.amount,
            one.owner,
            at,
            by,
            one.file,
            one.line,
        ]
        for one in totals
    ]
    store.insert("control_totals", rows, _COLUMNS)


def coverage(at: Viewpoint, once: Iterable[str]) -> list[Coverage]:
    """Every total that counts at this viewpoint, the newest period first. `once` as for reconciliations."""
    loaded = _newest(at)
    if not loaded:
        return []
    read_standing(
        at,
        steps=sorted({one.total.step for one in loaded if one.total.step}),
        types=sorted({one.total.entity for one in loaded if one.total.entity}),
        prefixes=sorted({one.total.entity for one in loaded if one.total.entity}),
        once=once,
        since=min(_begins(one.total) for one in loaded),
    )
    seen: dict[int, tuple[int, Decimal]] = {}
    for zone in sorted({one.total.zone for one in loaded}):
        told = [(number, *one.total.subject) for number, one in enumerate(loaded) if one.total.zone == zone]
        for row in at.rows("totals/seen", {"zone": zone, "told": told}):
            seen[row["no"]] = (row["seen"], row["amount"])
    return [_compared(one, *seen.get(number, (0, Decimal(0))), at.clock) for number, one in enumerate(loaded)]


def _newest(at: Viewpoint) -> list[Loaded]:
    rows = at.rows("totals/newest", {"loaded_by": at.clock if at.known_then else _FOREVER})
    return [
        Loaded(
            ControlTotal(
                system=row["system"],
                step=row["step"],
                entity=row["entity"],
                period=row["period"],
                zone=row["zone"],
                legal_entity=row["legal_entity"],
                currency=row["currency"],
                count=row["count"],
                amount=row["amount"],
                owner=row["owner"],
                file=row["file"],
                line=row["line"],
            ),
            row["loaded_at"].replace(tzinfo=UTC),
            row["loaded_by"],
        )
        for row in rows
    ]


def _compared(loaded: Loaded, seen: int, amount: Decimal, clock: datetime) -> Coverage:
    total = loaded.total
    expected = total.count
    missing = max(0, expected - seen) if expected is not None else 0
    unknown = max(0, seen - expected) if expected is not None else 0
    short = None if total.amount is None else total.amount - amount
    ends = periods.ends(total.period, Calendar("", total.zone))
    agrees = not missing and not unknown and not short
    return Coverage(
        loaded=loaded,
        seen=seen,
        missing=missing,
        unknown=unknown,
        coverage=Decimal(min(seen, expected)) / expected if expected else None,
        amount_seen=None if total.amount is None else amount,
        amount_missing=short,
        ends=ends,
        state="covered" if agrees else "open" if clock < ends else "gap",
    )


def _begins(total: ControlTotal) -> datetime:
    return periods.begins(total.period, Calendar("", total.zone))
