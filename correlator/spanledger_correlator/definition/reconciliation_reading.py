"""A YAML document read into a reconciliation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, cast, get_args

from spanledger.attributes import IMPACTS
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import Severity
from spanledger_correlator.definition.reading import read_moment, read_process_name
from spanledger_correlator.definition.reconciliation_model import Measure, Period, PeriodOf, Reconciliation, Side
from spanledger_correlator.definition.rule_reading import SEVERITIES, read_budget, some
from spanledger_correlator.definition.source_reading import read_days
from spanledger_correlator.definition.yaml_document import Entry

RECONCILIATION: Final = (
    "reconciliation",
    "title",
    "rule",
    "effective_from",
    "period_of",
    "calendar",
    "zone",
    "tolerance",
    "grace",
    "tenant",
    "owner",
    "severity",
    "impact",
)
"""The keys of a reconciliation; docs/reconciliation.md explains each in a line."""
RECONCILIATION_NEEDS: Final = ("reconciliation", "rule", "owner")
TOLERANCE: Final = ("absolute", "percent")
PERIODS: tuple[str, ...] = get_args(Period)
SUMMED: Final = tuple(measure for measure in get_args(Measure) if measure != "count")
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)

_NAME = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_SIDE = re.compile(rf"\s*(sum|count)\s*\(\s*({_NAME}\.{_NAME})(?:\.({_NAME}))?\s*\)\s*")
_KEY = re.compile(_NAME)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%")
_NUMBER = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,9})?")
_EXAMPLE = "Write `sum(time_entry.approved.quantity) == sum(time_entry.posted.quantity) by project, month`."
_NOWHERE = Side("", "count")


def read_reconciliation(root: Entry, text: str, calendars: Mapping[str, Calendar]) -> Reconciliation:
    """The rule that a document states. Without meaning if a mistake was reported: the caller looks for those."""
    found = root.keyed("a reconciliation", RECONCILIATION, needs=RECONCILIATION_NEEDS)
    name = read_process_name(found["reconciliation"]) if "reconciliation" in found else ""
    left, right, keys, period = _read_rule(found["rule"]) if "rule" in found else (_NOWHERE, _NOWHERE, (), "month")
    absolute, percent = _read_tolerance(found["tolerance"]) if "tolerance" in found else (Decimal(0), Decimal(0))
    if "period_of" in found and left.entity != right.entity:
        what = f"a {right.entity} has no period of a {left.entity}"
        found["period_of"].fault(what, "Take `period_of` out: both sides count in their own.")
    return Reconciliation(
        name=name,
        title=found["title"].text() if "title" in found else name.replace("-", " ").capitalize(),
        effective_from=read_moment(found["effective_from"]) if "effective_from" in found else ALWAYS,
        left=left,
        right=right,
        keys=keys,
        period=period,
        period_of=cast("PeriodOf", found["period_of"].word("period_of", get_args(PeriodOf)))
        if "period_of" in found
        else "each",
        calendar=read_days(found, calendars),
        grace=_read_grace(found["grace"]) if "grace" in found else Budget(),
        absolute=absolute,
        percent=percent,
        owner=found["owner"].text() if "owner" in found else "",
        severity=cast("Severity", found["severity"].word("severity", SEVERITIES) if "severity" in found else "medium"),
        impact=found["impact"].word("impact", IMPACTS) if "impact" in found else "reporting",
        tenants=tuple(entry.text() for entry in some(found.get("tenant"))),
        text=text,
        path=root.document.path,
    )


def _read_rule(entry: Entry) -> tuple[Side, Side, tuple[str, ...], Period]:
    written = entry.text()
    sides, by, grouping = written.partition(" by ")
    left, equal, right = sides.partition("==")
    if written and (not equal or not by):
        entry.fault("a rule is two sides and what they are compared by", _EXAMPLE)
        return _NOWHERE, _NOWHERE, (), "month"
    words = [word.strip() for word in grouping.split(",")]
    periods = [word for word in words if word in PERIODS]
    keys = tuple(word for word in words if word not in PERIODS)
    if len(periods) != 1:
        entry.fault("a rule compares by one period", f"End it with one of: {', '.join(PERIODS)}.")
    for key in keys:
        if not _KEY.fullmatch(key):
            entry.fault(f"`{key}` is nothing to compare by", "Write an entity type, `legal_entity` or `region`.")
    found = _read_side(entry, left), _read_side(entry, right)
    kinds = {"count" if side.measure == "record_count" else side.measure for side in found}
    if len(kinds) > 1:
        entry.fault(f"{found[0].text} and {found[1].text} are of two kinds", "Compare amounts with amounts.")
    return *found, keys, cast("Period", (periods or ["month"])[0])


def _read_side(entry: Entry, written: str) -> Side:
    found = _SIDE.fullmatch(written)
    if found is None:
        entry.fault(f"`{written.strip()}` is neither a sum nor a count", _EXAMPLE)
        return _NOWHERE
    verb, step, measure = found.groups()
    if verb == "count" and measure is None:
        return Side(step, "count")
    if verb == "count":
        entry.fault(f"`{written.strip()}` counts a value", f"Write `count({step})`, or `sum({step}.{measure})`.")
    elif measure not in SUMMED:
        entry.fault(
            f"`{written.strip()}` has nothing to add up",
            did_you_mean(measure, SUMMED) if measure else f"Write `sum({step}.amount)`, or `count({step})`.",
        )
    return Side(step, cast("Measure", measure or "count"))


def _read_tolerance(entry: Entry) -> tuple[Decimal, Decimal]:
    found = entry.keyed("a tolerance", TOLERANCE)
    absolute, percent = Decimal(0), Decimal(0)
    if "absolute" in found and (written := found["absolute"].scalar()):
        if _NUMBER.fullmatch(written):
            absolute = Decimal(written)
        else:
            found["absolute"].fault(f"`{written}` is no number", 'Write "0.50", without a currency.')
    if "percent" in found and (written := found["percent"].scalar()):
        share = _PERCENT.fullmatch(written)
        if share and Decimal(share[1]) <= 100:
            percent = Decimal(share[1]) / 100
        else:
            found["percent"].fault(f"`{written}` is no share", "Write per cent: `0.5%`.")
    return absolute, percent


def _read_grace(entry: Entry) -> Budget:
    grace = read_budget(entry)
    if grace.after or grace.months or grace.business_ns:
        entry.fault("a grace counts hours, days or business days", "Write `2 business days`, `3d` or `12h`.")
        return Budget()
    return grace
