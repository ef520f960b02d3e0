"""The rules that steps, tiers, owners and severities are made of: durations, conditions, who must act, how bad it is."""

from __future__ import annotations

import re
from typing import cast, get_args

from spanledger.attributes import ERROR_KINDS, IMPACTS, Impact
from spanledger_correlator.definition import keys
from spanledger_correlator.definition.amounts import AmountTestError, parse_amount_test
from spanledger_correlator.definition.durations import Budget, DurationError, parse_budget, parse_duration
from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import (
    AgeTest,
    AmountTest,
    Comparison,
    Condition,
    ExceptionKind,
    OwnerRule,
    Severity,
    SeverityRule,
    SlaState,
)
from spanledger_correlator.definition.yaml_document import Entry

SEVERITIES: tuple[str, ...] = get_args(Severity)
SLA_STATES: tuple[str, ...] = get_args(SlaState)
EXCEPTION_KINDS: tuple[ExceptionKind, ...] = get_args(ExceptionKind)

CONDITION = re.compile(r"([a-z][a-z0-9_]*)\.(\S+)")
_AGE = re.compile(r"\s*(>=|<=|>|<)\s*(.*\S)\s*")


def read_duration(entry: Entry, *, zero: bool = False) -> int:
    """Nanoseconds; nought is a mistake unless `zero` allows it."""
    written = entry.scalar()
    if not written:
        return 0
    try:
        duration = parse_duration(written)
    except DurationError as error:
        entry.fault(str(error), error.hint)
        return 0
    if duration == 0 and not zero:
        entry.fault(f"{entry.name} is no time at all", "Write how long it may take: `4h`.")
    return duration


def read_budget(entry: Entry) -> Budget:
    """How long something may take; nought is a mistake unless it counts from a cut-off."""
    written = entry.scalar()
    if not written:
        return Budget()
    try:
        budget = parse_budget(written)
    except DurationError as error:
        entry.fault(str(error), error.hint)
        return Budget()
    if budget.nominal_ns == 0 and not budget.after:
        entry.fault(f"{entry.name} is no time at all", "Write how long it may take: `4h`.")
    return budget


def read_conditions(entry: Entry) -> tuple[Condition, ...]:
    """`{account.tier: platinum}`: at least one condition, all of which must hold."""
    found = entry.mapping()
    conditions = tuple(one for key, value in found.items() if (one := read_condition(key, value)))
    if not found and entry.is_mapping:
        entry.fault(f"{entry.name} holds no condition", "Write one, such as `{account.tier: platinum}`.")
    return conditions


def read_condition(key: str, entry: Entry) -> Condition | None:
    """One attribute of one entity type and the value it must have."""
    split = CONDITION.fullmatch(key)
    if split is None:
        entry.fault(f"`{key}` is no attribute of an entity", "Write `account.tier`: entity type, dot, attribute.")
        return None
    return Condition(split[1], split[2], entry.text())


def read_owner(entry: Entry) -> OwnerRule | None:
    """`- erp-team: {step: …, error: […]}`."""
    single = entry.single("an owner rule")
    if single is None:
        return None
    owner, rule = single
    if not owner.strip():
        rule.fault("an owner has no name", "Write the team that must act.")
    found = rule.keyed("an owner rule", keys.OWNER)
    return OwnerRule(
        owner=owner,
        steps=tuple(item.text() for item in some(found.get("step"))),
        error_kinds=tuple(item.word("error kind", ERROR_KINDS) for item in some(found.get("error"))),
        exceptions=_read_exceptions(found.get("exception")),
        systems=tuple(item.text() for item in some(found.get("system"))),
        impacts=_read_impacts(found.get("impact")),
    )


def _read_exceptions(entry: Entry | None) -> tuple[ExceptionKind, ...]:
    return tuple(cast("ExceptionKind", item.word("kind of exception", EXCEPTION_KINDS)) for item in some(entry))


def _read_impacts(entry: Entry | None) -> tuple[Impact, ...]:
    return tuple(cast("Impact", item.word("impact", IMPACTS)) for item in some(entry))


def some(entry: Entry | None) -> list[Entry]:
    """One or more values; an empty list would mean "any" and not "none", so it is a mistake."""
    if entry is None:
        return []
    items = entry.items_or_one()
    if not items:
        entry.fault(f"{entry.name} is an empty list", "Name at least one, or take the key out: then it is any.")
    return items


def read_severity(entry: Entry) -> SeverityRule | None:
    """`- critical: {stuck: true, amount: ">= 100000 EUR", account.tier: platinum}`."""
    single = entry.single("a severity rule")
    if single is None:
        return None
    severity, rule = single
    if severity not in SEVERITIES:
        rule.fault(f"`{severity}` is no severity", did_you_mean(severity, SEVERITIES))
    written = rule.mapping()
    conditions = {key: value for key, value in written.items() if "." in key}
    found = rule.keyed("a severity rule", (*keys.SEVERITY, *conditions), not_yet=keys.NOT_YET)
    return SeverityRule(
        severity=cast("Severity", severity),
        stuck=found["stuck"].flag() if "stuck" in found else None,
        sla=cast("SlaState", found["sla"].word("SLA state", SLA_STATES)) if "sla" in found else None,
        amount=_read_amount(found["amount"]) if "amount" in found else None,
        exceptions=_read_exceptions(found.get("exception")),
        age=_read_age(found["age"]) if "age" in found else None,
        impacts=_read_impacts(found.get("impact")),
        tiers=tuple(item.text() for item in some(found.get("tier"))),
        conditions=tuple(one for key, value in conditions.items() if (one := read_condition(key, value))),
    )


def _read_amount(entry: Entry) -> AmountTest | None:
    written = entry.text()
    if not written.strip():
        return None
    try:
        return parse_amount_test(written)
    except AmountTestError as error:
        entry.fault(str(error), error.hint)
        return None


def _read_age(entry: Entry) -> AgeTest | None:
    written = entry.text()
    if not written.strip():
        return None
    found = _AGE.fullmatch(written)
    if found is None:
        entry.fault(f"`{written}` is not an age test", 'Write "> 5 days": a comparison and a duration.')
        return None
    try:
        return AgeTest(cast("Comparison", found[1]), parse_duration(found[2]))
    except DurationError as error:
        entry.fault(str(error), error.hint)
        return None
