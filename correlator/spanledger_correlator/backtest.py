"""Back-test: what a changed definition would have made of history, beside the one in force.

Both are the same function over the same spans, at the end of each week and now, by all that is known today. A branch
carries the changed one; the store's own tables are only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from spanledger_correlator.branch import branch_database, drop
from spanledger_correlator.definition.model import ProcessDefinition
from spanledger_correlator.evaluation import STATE_COLUMNS, judged_slices
from spanledger_correlator.rates import rates_of_day
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.standpoint import only, stand_on
from spanledger_correlator.statements import statement
from spanledger_correlator.verdicts import verdicts
from spanledger_correlator.workspace import Sources, Workspace
from spanledger_store import Store

CHANGES = ("stuck", "breached", "quiet")
"""What a transaction can become: stuck or breached and it is not now; quiet: it is either now, and would be neither."""

_WEEK = timedelta(weeks=1)


@dataclass
class Change:
    """How many transactions become something, and their money at stake by currency (of closed ones, all of it)."""

    transactions: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What changes at each moment, and in all: there a transaction counts once."""

    moments: dict[datetime, dict[str, Change]]
    in_all: dict[str, Change]

    @property
    def worse(self) -> bool:
        """Whether anything becomes stuck or breached."""
        return any(self.in_all[change].transactions for change in ("stuck", "breached"))


@dataclass(frozen=True)
class Trial:
    """What to try: `changed` in the place of the definition of its process among `ruling`, those in force."""

    ruling: Sequence[ProcessDefinition]
    changed: ProcessDefinition
    tenant: str
    since: datetime
    until: datetime

    @property
    def moments(self) -> list[datetime]:
        """The ends of the weeks (Monday, midnight UTC) between `since` and `until`, and `until`."""
        day = self.since.astimezone(UTC).date()
        monday = datetime.combine(day - timedelta(days=day.weekday()), time(), UTC)
        weeks = (self.until - monday) // _WEEK
        ends = [monday + _WEEK * number for number in range(1, weeks + 1)]
        return [*(end for end in ends if end < self.until), self.until]


def backtest(store: Store, trial: Trial, progress: Callable[[float], None] = lambda _: None) -> Outcome:
    """Try it; `progress` gets the share done, 0 to 1, and may raise to give it up."""
    database = branch_database(store, "backtest")
    drop(store, database)
    beside = store.sibling(database)
    try:
        changed = [*(one for one in trial.ruling if one.process != trial.changed.process), trial.changed]
        stand_on(store, beside, changed, trial.ruling, lambda done: progress(done * 0.3))
        beside.command(statement("backtest/trial"))
        for done in _judged(store, beside, trial, changed):
            progress(0.3 + done * 0.7)
        return _outcome(beside, trial)
    finally:
        beside.close()
        drop(store, database)


def _judged(store: Store, beside: Store, trial: Trial, changed: Sequence[ProcessDefinition]) -> Iterator[float]:
    """Both definitions' verdicts at every moment; yields the share done after each slice."""
    process = trial.changed.process
    sides = [(False, store, trial.ruling), (True, beside, changed)]
    sides = [side for side in sides if any(one.process == process for one in side[2])]
    rounds = [(moment, side) for moment in trial.moments for side in sides]
    for number, (moment, (is_changed, where, definitions)) in enumerate(rounds):
        work = Workspace(where, only(Vocabulary.of(definitions), process), Sources.as_of("now"), moment)
        judged = verdicts(
            "(SELECT * FROM trial_states WHERE Tenant = {tenant:String})",
            rates_of_day(store, moment, datetime.now(UTC)),
        )
        sql = statement("backtest/verdicts", trial=f"{beside.database}.trial", verdict=judged.sql)
        bound = {
            **judged.parameters,
            "changed": is_changed,
            "now": moment,
            "tenant": trial.tenant,
            "process": process,
            "since": trial.since,
        }
        # In the shape that is kept: verdicts read the names that states have there.
        work.run("keep/collect_start", into="trial_states", like="transactions", columns=f"{STATE_COLUMNS}, Version")
        for done in judged_slices(work):
            work.run("keep/collect", into="trial_states", source="work_states", columns=STATE_COLUMNS)
            where.command(sql, bound)
            work.release("trial_states")
            yield (number + done) / len(rounds)


def _outcome(beside: Store, trial: Trial) -> Outcome:
    beside.command(statement("backtest/changes"))
    moments = {moment: {change: Change() for change in CHANGES} for moment in trial.moments}
    for row in beside.rows(statement("backtest/by_moment")):
        found = moments[row["at"].replace(tzinfo=UTC)]
        found[row["change"]] = Change(row["transactions"], dict(row["money"]))
    in_all = {change: Change() for change in CHANGES}
    for row in beside.rows(statement("backtest/in_all")):
        in_all[row["change"]] = Change(row["transactions"], dict(row["money"]), list(row["examples"]))
    return Outcome(moments, in_all)
