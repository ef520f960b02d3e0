"""A declared reconciliation: two sums or counts over steps that must be equal, by keys and period.

docs/reconciliation.md is the grammar.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.model import Severity

Measure = Literal["count", "amount", "quantity", "record_count"]
Period = Literal["day", "week", "month"]
PeriodOf = Literal["each", "left"]


@dataclass(frozen=True, slots=True)
class Side:
    """What is added up: the entities of a step, or an attribute of its spans."""

    step: str
    measure: Measure

    @property
    def entity(self) -> str:
        """The entity type that the step happens to."""
        return self.step.partition(".")[0]

    @property
    def text(self) -> str:
        """As it is written."""
        return f"count({self.step})" if self.measure == "count" else f"sum({self.step}.{self.measure})"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A rule. `keys` are entity types, `legal_entity` and `region`; `tenants` empty stands for every tenant.

    A difference within `absolute`, or within `percent` (a share, 0.01 is 1 %) of the larger side, is none.
    """

    name: str
    title: str
    effective_from: datetime
    left: Side
    right: Side
    keys: tuple[str, ...]
    period: Period
    period_of: PeriodOf
    calendar: Calendar
    grace: Budget
    absolute: Decimal
    percent: Decimal
    owner: str
    severity: Severity
    impact: str
    tenants: tuple[str, ...]
    text: str = field(repr=False)
    path: str

    @property
    def rule(self) -> str:
        """The rule as it is written."""
        return f"{self.left.text} == {self.right.text} by {', '.join((*self.keys, self.period))}"

    def concerns(self, tenant: str) -> bool:
        """Whether it holds for a tenant."""
        return not self.tenants or tenant in self.tenants
