"""A transaction's steps as its page shows them: what happened in the order it happened, then what is still to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from spanledger_api.budgets import BudgetView, budget_view
from spanledger_api.moments import utc_or_none
from spanledger_correlator.budget_use import BudgetMeter, BudgetUse
from spanledger_correlator.definition.model import ProcessDefinition

StepState = Literal["done", "failing", "overdue", "missing", "waiting", "pending", "not_required"]

COLUMNS = """
    StepLastSuccess, StepLastFailure, StepSlaState, ExceptionKinds, ExceptionSteps, ExceptionSince
"""
"""What is read of a verdict here, beyond those of `verdict.COLUMNS`."""

_STATES: Mapping[str, StepState] = {
    "failed_step": "failing",
    "rejected_record": "failing",
    "overdue_step": "overdue",
    "missing_step": "missing",
}
"""What an exception makes of its step; of several the first counts."""


class StepProgress(BaseModel):
    """A milestone of this transaction."""

    step: str = Field(examples=["invoice.posted"])
    position: int = Field(description="Its place in the definition, from 1.")
    system: str | None = Field(description="Where it is to happen.", examples=["netsuite"])
    state: StepState = Field(description="`done`, what is wrong with it, `waiting` (the next one), or `pending`.")
    required: bool = Field(description="Whether this transaction needs it.")
    attempts: int
    first_success: datetime | None
    last_success: datetime | None
    last_failure: datetime | None
    deadline: datetime | None
    sla_state: str | None = Field(
        description="`on_track`, `at_risk`, `breached`, `met`, `met_late`; null without a deadline.",
        examples=["at_risk"],
    )
    budget: BudgetView | None = Field(description="How much of its time is used; null without a deadline.")


def steps(row: Mapping[str, Any], definition: ProcessDefinition | None, budgets: BudgetMeter) -> list[StepProgress]:
    """The steps in time order: by first success or newest failure; those without either behind, as defined."""
    wrong = set(zip(row["ExceptionSteps"], row["ExceptionKinds"], strict=True))
    views = [_step(row, position, wrong, definition, budgets) for position in range(len(row["StepNames"]))]

    def when(view: StepProgress) -> tuple[bool, datetime | int, int]:
        moment = view.first_success or view.last_failure
        return (moment is None, moment if moment is not None else 0, view.position)

    return sorted(views, key=when)


def _step(
    row: Mapping[str, Any],
    index: int,
    wrong: set[tuple[str, str]],
    definition: ProcessDefinition | None,
    budgets: BudgetMeter,
) -> StepProgress:
    name = row["StepNames"][index]
    rule = definition.step(name) if definition else None
    use = budgets.step(name)
    return StepProgress(
        step=name,
        position=index + 1,
        system=rule.system if rule else None,
        state=_state(row, index, wrong),
        required=row["StepRequired"][index],
        attempts=row["StepAttempts"][index],
        first_success=utc_or_none(row["StepFirstSuccess"][index]),
        last_success=utc_or_none(row["StepLastSuccess"][index]),
        last_failure=utc_or_none(row["StepLastFailure"][index]),
        deadline=utc_or_none(row["StepDeadline"][index]),
        sla_state=_sla_state(row["StepSlaState"][index], use),
        budget=budget_view(use),
    )


def _sla_state(judged: str, use: BudgetUse | None) -> str | None:
    """Verdicts know by elapsed time what is at risk; of working time the budget itself knows."""
    if use is not None and judged in {"on_track", "at_risk"}:
        return "at_risk" if use.at_risk else "on_track"
    return judged or None


def _state(row: Mapping[str, Any], index: int, wrong: set[tuple[str, str]]) -> StepState:
    if row["StepDone"][index]:
        return "done"
    name = row["StepNames"][index]
    for kind, state in _STATES.items():
        if (name, kind) in wrong:
            return state
    if not row["StepRequired"][index]:
        return "not_required"
    return "waiting" if row["Status"] == "open" and name == row["WaitingFor"] else "pending"
