"""Budgets as rows: those of a definition that are not a plain number of nanoseconds after an anchor (`process_rules`)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.model import Condition, ProcessDefinition, StepRule, Tier

AT_RISK_AT: Final = Decimal("0.8")
SHARES: Final = 100_000
"""A share of a budget is counted in hundred-thousandths."""
_PERIOD_MONTHS: Final = {"": 0, "month": 1, "quarter": 3, "year": 12}


def is_budgeted(definition: ProcessDefinition, step: StepRule) -> bool:
    """Whether the step's deadline takes more than a sum: a calendar, tiers, or pauses that move it."""
    if definition.pauses:
        return step.within is not None or step.due_from is not None
    return step.within is not None and (bool(step.tiers) or _counts(step.within, step.calendar or definition.calendar))


def is_sla_budgeted(definition: ProcessDefinition) -> bool:
    """Whether the SLA takes more than a sum."""
    return definition.sla is not None and (
        bool(definition.pauses) or any(_counts(tier.budget, definition.calendar) for tier in sla_tiers(definition))
    )


def sla_tiers(definition: ProcessDefinition) -> list[Tier]:
    """The targets of the SLA in the order in which they count; the last one counts for everyone else."""
    return [] if definition.sla is None else [*definition.sla.tiers, Tier((), definition.sla.target)]


def rows(definition: ProcessDefinition) -> list[tuple[Any, ...]]:
    """Every budget that takes more than a sum, in the order in which they count; position 0 is the SLA."""
    position = {step.name: number for number, step in enumerate(definition.steps, 1)}
    share = int(SHARES * (definition.sla.at_risk_at if definition.sla else AT_RISK_AT))
    found: list[tuple[Any, ...]] = []
    if is_sla_budgeted(definition):
        found += [(0, 0, 0, *_columns(tier, definition.calendar), share) for tier in sla_tiers(definition)]
    for step in definition.steps:
        if is_budgeted(definition, step):
            head = (position[step.name], position.get(step.of or "", 0), position.get(step.due_from or "", 0))
            everyone = Tier((), step.within or Budget())
            calendar = step.calendar or definition.calendar
            found += [(*head, *_columns(tier, calendar), share) for tier in (*step.tiers, everyone)]
    return found


def pauses(definition: ProcessDefinition) -> list[tuple[int, int]]:
    """The positions of the steps that begin and end each pause."""
    position = {step.name: number for number, step in enumerate(definition.steps, 1)}
    return [(position[pause.start], position[pause.end]) for pause in definition.pauses]


def condition_keys(conditions: Sequence[Condition]) -> list[str]:
    """What conditions ask about: `account.tier`."""
    return [f"{condition.entity_type}.{condition.key}" for condition in conditions]


def condition_values(conditions: Sequence[Condition]) -> list[str]:
    """What conditions want to hear."""
    return [condition.value for condition in conditions]


def _counts(budget: Budget, calendar: str) -> bool:
    """Whether it has no fixed length: months have none, and a day has one in UTC alone."""
    return budget.fixed_ns is None or bool(calendar and budget.days)


def _columns(tier: Tier, calendar: str) -> tuple[Any, ...]:
    budget = tier.budget
    return (
        condition_keys(tier.conditions),
        condition_values(tier.conditions),
        calendar,
        budget.elapsed_ns,
        budget.days,
        budget.months,
        budget.business_days,
        budget.business_ns,
        _PERIOD_MONTHS[budget.after],
    )
