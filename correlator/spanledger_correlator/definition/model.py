"""A declared process: its root entity, steps, deadlines, SLA, severity rules and owners.

These are the objects that `loading.load_definitions` makes of YAML files; docs/definitions.md is the grammar. They are
immutable, and what they refer to (steps, entity types) is known to exist. Durations are integers of nanoseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from spanledger.attributes import Impact
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import Budget

if TYPE_CHECKING:
    from spanledger_correlator.definition.reconciliation_model import Reconciliation
    from spanledger_correlator.definition.replay_model import ReplayRule
    from spanledger_correlator.definition.source_model import SourceRule

Severity = Literal["critical", "high", "medium", "low"]
SlaState = Literal["on_track", "at_risk", "breached", "met", "met_late"]
Comparison = Literal[">=", ">", "<=", "<"]
ExceptionKind = Literal[
    "failed_step",
    "rejected_record",
    "incomplete_record",
    "overdue_step",
    "missing_step",
    "premature_step",
    "duplicate",
    "out_of_order",
    "value_mismatch",
    "orphan",
    "sequence_gap",
    "reconciliation_gap",
    "silent_source",
]
"""Every kind of DESIGN section 6. Those before `orphan` belong to a transaction; an orphan to a span; the last three to
what was expected from a source."""
Means = Literal["cash", "credit", "write_off"]


@dataclass(frozen=True, slots=True)
class Condition:
    """`{account.tier: platinum}`: the newest value of an attribute of the related entity of that type."""

    entity_type: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What systems must say alike once a step has succeeded; one of the two is given.

    `amount`: the step whose newest amount must be this step's. `attribute`: an attribute of a related entity, as (type,
    key); `record` is the system whose word counts, empty if all must say the same.
    """

    amount: str | None = None
    attribute: tuple[str, str] | None = None
    record: str = ""


@dataclass(frozen=True, slots=True)
class StepRule:
    """A milestone of the process. Without `required_when`, `required` alone decides; with it, all must hold too.

    `settles` names the step whose amount the parts of this one settle, `by` those means; `reverses` names a settling
    step of whose parts this one takes its own back.
    """

    name: str
    system: str
    start: bool = False
    end: bool = False
    many: bool = False
    required: bool = True
    required_when: tuple[Condition, ...] = ()
    grace_ns: int = 0
    within: Budget | None = None
    of: str | None = None
    calendar: str = ""
    tiers: tuple[Tier, ...] = ()
    due_from: str | None = None
    settles: str | None = None
    by: Means = "cash"
    reverses: str | None = None
    one_per: str | None = None
    requires: tuple[str, ...] = ()
    carries: tuple[str, ...] = ()
    any_order: bool = False
    agree: tuple[Agreement, ...] = ()
    match: tuple[tuple[str, str], ...] = ()

    @property
    def within_ns(self) -> int | None:
        """Nanoseconds of `within`; None without one, or without a fixed length."""
        return None if self.within is None else self.within.fixed_ns


@dataclass(frozen=True, slots=True)
class Tier:
    """Another budget for the transactions for which all conditions hold; the first that matches wins."""

    conditions: tuple[Condition, ...]
    budget: Budget
    name: str = ""

    @property
    def target_ns(self) -> int | None:
        """Nanoseconds of the budget; None without a fixed length."""
        return self.budget.fixed_ns


@dataclass(frozen=True, slots=True)
class Pause:
    """While the transaction waits for someone outside, its clocks stop: from each `start` to the next `end`."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Who must act. An empty tuple stands for any; all that is given must hold; the first rule that matches wins."""

    owner: str
    steps: tuple[str, ...] = ()
    error_kinds: tuple[str, ...] = ()
    exceptions: tuple[ExceptionKind, ...] = ()
    systems: tuple[str, ...] = ()
    impacts: tuple[Impact, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountTest:
    """`>= 100000 EUR`: holds against the money at stake in that currency."""

    operator: Comparison
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class AgeTest:
    """`> 5 days`: holds against the time that has passed, in nanoseconds."""

    operator: Comparison
    value_ns: int


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """How bad an open problem is. None stands for any; all that is given must hold; the first that matches wins."""

    severity: Severity
    stuck: bool | None = None
    sla: SlaState | None = None
    amount: AmountTest | None = None
    exceptions: tuple[ExceptionKind, ...] = ()
    age: AgeTest | None = None
    impacts: tuple[Impact, ...] = ()
    tiers: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


OBJECTIVE: Final = Decimal("0.95")
"""Without another, this share shall be in time."""


@dataclass(frozen=True, slots=True)
class Sla:
    """How long the whole transaction may take, and the share (0 to 1) of that time from which it is at risk.

    `objective` is the share (0 to 1) that shall be in time; what is missing to 1 may be late.
    """

    target: Budget
    at_risk_at: Decimal
    objective: Decimal = OBJECTIVE
    tiers: tuple[Tier, ...] = ()

    @property
    def target_ns(self) -> int | None:
        """Nanoseconds of the target; None without a fixed length."""
        return self.target.fixed_ns


@dataclass(frozen=True, slots=True)
class ProcessDefinition:
    """One version of a process. `text` is the YAML as it was read from `path`; `amount_from` is empty if not given."""

    process: str
    version: int
    effective_from: datetime
    title: str
    impact: Impact
    entity: str
    joined_by: tuple[str, ...]
    relates_to: tuple[str, ...]
    ignore_ids: Mapping[str, tuple[str, ...]] = field(hash=False)
    skew_ns: int
    owners: tuple[OwnerRule, ...]
    amount_from: str
    steps: tuple[StepRule, ...]
    cancelled_by: tuple[str, ...]
    failed_by: tuple[str, ...]
    sla: Sla | None
    severity: tuple[SeverityRule, ...]
    text: str = field(repr=False)
    path: str
    calendar: str = ""
    pauses: tuple[Pause, ...] = ()

    def step(self, name: str) -> StepRule | None:
        """The rule of an ordered step; None for any other, `cancelled_by` and `failed_by` included."""
        return next((step for step in self.steps if step.name == name), None)

    @property
    def step_names(self) -> tuple[str, ...]:
        """Every step that a span of this process can match: the ordered ones, then the cancelling and failing ones."""
        return (*(step.name for step in self.steps), *self.cancelled_by, *self.failed_by)


@dataclass(frozen=True, slots=True)
class Rate:
    """On that day one unit of `source` was `rate` units of `target`; both ISO 4217."""

    day: date
    source: str
    target: str
    rate: Decimal


class Definitions:
    """Every version of every process that was loaded, ordered by process and version, and what stands beside them.

    That is the calendars they count by, the rates they value by, and sources, reconciliations and replay endpoints by name.
    """

    def __init__(
        self,
        versions: Iterable[ProcessDefinition],
        calendars: Iterable[Calendar] = (),
        *,
        sources: Iterable[SourceRule] = (),
        rates: Iterable[Rate] = (),
        reconciliations: Iterable[Reconciliation] = (),
        replays: Iterable[ReplayRule] = (),
    ) -> None:
        self._versions = tuple(sorted(versions, key=lambda version: (version.process, version.version)))
        self.calendars: Mapping[str, Calendar] = {calendar.name: calendar for calendar in calendars}
        self.sources = tuple(sorted(sources, key=lambda source: source.name))
        self.rates = tuple(rates)
        self.reconciliations = tuple(sorted(reconciliations, key=lambda rule: rule.name))
        self.replays = tuple(sorted(replays, key=lambda rule: rule.name))

    def __iter__(self) -> Iterator[ProcessDefinition]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)

    def in_force(self, at: datetime) -> list[ProcessDefinition]:
        """Per process the version of the newest `effective_from` not after `at`, of equals the highest version."""
        newest: dict[str, ProcessDefinition] = {}
        for version in self._versions:
            if version.effective_from <= at:
                present = newest.get(version.process)
                if present is None or version.effective_from >= present.effective_from:
                    newest[version.process] = version
        return list(newest.values())

    def get(self, process: str, version: int | None = None) -> ProcessDefinition | None:
        """That version of a process, without `version` its highest, in force already or not; None if there is none."""
        found = [one for one in self._versions if one.process == process and version in {None, one.version}]
        return found[-1] if found else None
