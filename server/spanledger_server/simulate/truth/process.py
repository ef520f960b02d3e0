"""How the firm's controllers write a process down: steps, owners, how long it may take, how bad a delay is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from spanledger.attributes import Impact


@dataclass(frozen=True, slots=True)
class Rule:
    """One step. Times in nanoseconds; business days, and those of the best clients, are the German ones, `after_month`
    counts them from the end of the month. `when` is the fact (`contract.amended`, `true`) without which it is not needed.
    """

    step: str
    required: bool = True
    in_crm_only: bool = False
    when: tuple[str, str] | None = None
    many: bool = False
    grace: int = 0
    within: int | None = None
    business_days: int = 0
    platinum_days: int = 0
    after_month: bool = False
    of: str = ""
    due_from: str = ""
    settles: str = ""
    end: bool = False
    requires: tuple[str, ...] = ()
    any_order: bool = False
    carries: tuple[str, ...] = ()
    agree: tuple[tuple[str, str], ...] = ()
    """Pairs: `amount` and the step with the same one, or an attribute and the system whose word counts."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """One rule of how bad it is; all that it says must hold. `eur_from` is an amount at stake in EUR."""

    severity: str
    stuck: bool = False
    breached: bool = False
    platinum: bool = False
    eur_from: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """One process. Owners are (owner, step or empty, error kinds or empty); the first that fits must act."""

    name: str
    root: str
    impact: Impact
    amount_from: str
    steps: tuple[Rule, ...]
    cancelled_by: str
    failed_by: str
    owners: tuple[tuple[str, str, frozenset[str]], ...]
    target: int
    platinum_target: int
    rankings: tuple[Ranking, ...]
    pauses: tuple[tuple[str, str], ...] = ()
    at_risk_at: Decimal = Decimal("0.8")
    one_per: str = ""
    """The step of which one entity may have only one, if there is such a step."""

    def rule(self, step: str) -> Rule | None:
        """The rule of an ordered step."""
        return next((rule for rule in self.steps if rule.step == step), None)

    @property
    def names(self) -> frozenset[str]:
        """Every step that counts for it."""
        return frozenset({*(rule.step for rule in self.steps), self.cancelled_by, self.failed_by} - {""})


def ranked(critical_from: int) -> tuple[Ranking, ...]:
    """The usual ranking: much money that is stuck, a late whole, whatever is stuck, the rest."""
    return (
        Ranking("critical", stuck=True, eur_from=Decimal(critical_from)),
        Ranking("high", breached=True),
        Ranking("medium", stuck=True),
        Ranking("low"),
    )
