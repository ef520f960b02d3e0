"""`simulate`: a firm is planned, played by four processes, and reported to a collector."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from spanledger_server.simulate.conducting import Player, days, let_pass
from spanledger_server.simulate.door import check_door
from spanledger_server.simulate.ensemble import Ensemble
from spanledger_server.simulate.errors import SimulationFailed
from spanledger_server.simulate.plan import FaultRates, Plan, Scope, make_plan
from spanledger_server.simulate.plan.instant import instant

SIZES = {"small": 100, "medium": 400, "large": 2_000}
_FEW = 300


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """What to play, and to whom it is reported. `minutes` is how long it shall take; 0: as fast as it can.

    `size` is a rough number of invoices; `months` of business end at the first instant (UTC) of the day `until`. A
    `whole` firm plays every process of the pack.
    """

    endpoint: str = "http://127.0.0.1:4318"
    token: str = ""
    seed: int = 7
    size: int = SIZES["medium"]
    months: int = 6
    until: date = field(default_factory=lambda: datetime.now(UTC).date())
    minutes: float = 1.0
    rates: FaultRates = field(default_factory=FaultRates.default)
    whole: bool = False

    @property
    def scope(self) -> Scope:
        """What the plan is made from. Small firms have few hours an invoice, so that tests stay quick."""
        end = datetime(self.until.year, self.until.month, self.until.day, tzinfo=UTC)
        start = end - timedelta(days=round(self.months * 365.25 / 12))
        entries = 4 if self.size < _FEW else 10
        return Scope(self.seed, self.size, instant(start), instant(end), self.rates, entries, self.whole)


@dataclass(frozen=True, slots=True)
class SimulationProgress:
    """How far it is: the business day just past (an instant), days of all days, spans sent."""

    day: int
    days_done: int
    days: int
    spans: int


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was played: spans sent and stored per system, and what the systems handed on, by way and HTTP status."""

    plan: Plan
    spans: dict[str, int]
    handed_on: dict[str, int]
    seconds: float


def simulate(
    options: SimulationOptions, progress: Callable[[SimulationProgress], None] = lambda _: None
) -> SimulationReport:
    """Play the firm to its end; all of its spans are stored when this returns.

    Raises:
        SimulationFailed: the collector cannot be reached or refuses, or a played system failed.
        ValueError: a size or a period in which no firm fits.
    """
    check_door(options.endpoint, options.token)
    began = time.monotonic()
    plan = make_plan(options.scope)
    total = len(days(plan))
    with Ensemble(options.scope, options.endpoint, options.token) as ensemble:
        players: list[Player] = list(ensemble.players)
        started = time.monotonic()
        for number, day in enumerate(let_pass(plan, players), start=1):
            progress(SimulationProgress(day, number, total, sum(player.sent for player in ensemble.players)))
            ahead = started + options.minutes * 60 * number / total - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        handed_on: Counter[str] = Counter()
        spans: dict[str, int] = {}
        for player in ensemble.players:
            finished = player.finish()
            if not finished["stored"]:
                raise SimulationFailed(
                    f"The collector at {options.endpoint} did not store all spans of {player.system}.",
                    hint="Look into the collector's log, or run with more --minutes.",
                )
            spans[player.system] = finished["sent"]
            handed_on.update(finished["handed_on"])
    return SimulationReport(plan, spans, dict(handed_on), time.monotonic() - began)
