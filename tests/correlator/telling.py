"""Cases told to one store: each test tells its spans under a tenant of its own, and all are taken in together.

`@told([span, …], [span, …])` on a test gives its commits in their order; the fixture `found` answers for its tenant.
Times are in minutes from `EPOCH`, as in `SpanRow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.evaluation import STATE_COLUMNS, evaluate_all
from spanledger_correlator.reading import Reading
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.statements import statement
from spanledger_correlator.workspace import Sources, Workspace
from spanledger_store import Store

from .span_rows import EPOCH, STORED, SpanRow, put

told = pytest.mark.told
LATER = STORED + timedelta(days=1)
"""A clock after everything was stored and every grace has passed."""

_STEP_FIELDS = {
    "done": "StepDone",
    "required": "StepRequired",
    "attempts": "StepAttempts",
    "first": "StepFirstSuccess",
    "last": "StepLastSuccess",
    "done_at": "StepDoneAt",
    "failing_since": "StepFailingSince",
    "deadline": "StepDeadline",
    "sla": "StepSlaState",
}


@dataclass(frozen=True)
class Member:
    """Why a span belongs to a transaction: the rule of DESIGN section 5, its key, and the name of the carrying span."""

    rule: int
    key: str
    carrier: str


@dataclass
class Ledger:
    """One store with the cases of one test module, and what a complete evaluation makes of them."""

    store: Store
    definitions: Definitions
    correlator: Correlator
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    members: dict[tuple[str, str], dict[str, Member]] = field(default_factory=dict)
    snapshots: dict[tuple[datetime, Any], dict[str, dict[str, dict[str, Any]]]] = field(default_factory=dict)

    def tell(self, commits: Sequence[Sequence[SpanRow]]) -> None:
        """Commit group by group, with a tick after each."""
        for commit in commits:
            for stored_at in sorted({span.stored_at for span in commit}):
                put(self.store, *(span for span in commit if span.stored_at == stored_at))
            for span in commit:
                self.names[span.trace_id, span.span_id] = span.name
            self.correlator.catch_up()

    def kept(self, table: str = "transactions FINAL") -> list[dict[str, Any]]:
        """Every kept state of every tenant."""
        return self.store.rows(f"SELECT {STATE_COLUMNS} FROM {table} ORDER BY Tenant, Process, RootId")

    def evaluate(self) -> list[dict[str, Any]]:
        """Evaluate everything as of now, remember who is a member of what, and return the states."""
        end = datetime(2099, 1, 1, tzinfo=UTC)
        vocabulary = Vocabulary.of(self.definitions.in_force(end))
        evaluate_all(Workspace(self.store, vocabulary, Sources.as_of("then"), end, evidence=True))
        for tenant, key, trace, span, rule, kind, entity, carrier_trace, carrier in self.store.query(
            "SELECT Tenant, concat(Process, '/', RootId), TraceId, SpanId, Rule, KeyType, KeyId, CarrierTraceId, "
            f"CarrierSpanId FROM ({statement('reading/attachments')})"
        ).result_rows:
            self.members.setdefault((tenant, key), {})[self.names[trace, span]] = Member(
                rule, f"{kind}:{entity}" if rule < 4 else "", self.names.get((carrier_trace, carrier), "")
            )
        return self.kept("all_states")

    def snapshot(self, moment: datetime, known: Any) -> dict[str, dict[str, dict[str, Any]]]:
        """Every tenant's verdicts as of a moment by key: one evaluation for all tests that ask for it."""
        if (moment, known) not in self.snapshots:
            reading = Reading(self.store, self.definitions, "", as_of=moment, known=known)
            tenants = [row["Tenant"] for row in self.store.rows("SELECT DISTINCT Tenant FROM all_states")]
            self.snapshots[moment, known] = {
                tenant: {
                    row["Key"]: {column: _minutes(value) for column, value in row.items()}
                    for row in self.store.rows(
                        f"SELECT * FROM {reading.relation.sql}", {**reading.relation.parameters, "tenant": tenant}
                    )
                }
                for tenant in tenants
            }
        return self.snapshots[moment, known]


@dataclass(frozen=True)
class Found:
    """What the correlator says of one tenant at a clock."""

    ledger: Ledger
    tenant: str
    clock: datetime = LATER

    def at(self, minutes: float) -> Found:
        """The same at another clock."""
        return Found(self.ledger, self.tenant, EPOCH + timedelta(minutes=minutes))

    def rows(self, open_only: bool = False) -> dict[str, dict[str, Any]]:
        """Every transaction's verdict by its key."""
        reading = Reading(self.ledger.store, self.ledger.definitions, self.tenant, now=self.clock)
        relation = reading.open_relation if open_only else reading.relation
        rows = self.ledger.store.rows(f"SELECT * FROM {relation.sql}", relation.parameters)
        return {row["Key"]: {column: _minutes(value) for column, value in row.items()} for row in rows}

    def __getitem__(self, key: str) -> dict[str, Any]:
        """One transaction's verdict."""
        return self.rows()[key]

    @property
    def keys(self) -> set[str]:
        """Every transaction there is."""
        return set(self.rows())

    def members(self, key: str) -> dict[str, Member]:
        """The spans of a transaction, and why; the kept state must count as many."""
        found = self.ledger.members.get((self.tenant, key), {})
        assert self.ledger.store.command(
            "SELECT sum(SpanCount) FROM transactions FINAL "
            "WHERE Tenant = {tenant:String} AND concat(Process, '/', RootId) = {key:String}",
            {"tenant": self.tenant, "key": key},
        ) == len(found)
        return found

    def rules(self, key: str) -> dict[str, int]:
        """The spans of a transaction by name, with the number of the rule that attached each."""
        return {name: member.rule for name, member in self.members(key).items()}

    def step(self, key: str, step: str) -> dict[str, Any]:
        """What became of one step."""
        row = self[key]
        number = row["StepNames"].index(step)
        return {name: row[column][number] for name, column in _STEP_FIELDS.items()}

    def exceptions(self, key: str) -> dict[tuple[str, str], float]:
        """Since when each kind of exception stands, by kind and step."""
        return exceptions(self[key])

    def orphans(self, clock: datetime | None = None) -> dict[str, str]:
        """The reason of each orphan, by the name of its span."""
        reading = Reading(self.ledger.store, self.ledger.definitions, self.tenant, now=clock or self.clock)
        return {self.ledger.names[row["TraceId"], row["SpanId"]]: row["Reason"] for row in reading.orphans()}

    def as_of(self, moment: datetime, known: Any = "then") -> dict[str, dict[str, Any]]:
        """Every transaction's verdict as of a moment."""
        return self.ledger.snapshot(moment, known).get(self.tenant, {})


def exceptions(row: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Since when each kind of exception of a verdict stands, by kind and step."""
    return dict(zip(zip(row["ExceptionKinds"], row["ExceptionSteps"], strict=True), row["ExceptionSince"], strict=True))


def resolved(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What ended: kind, step, since when, until when, and what ended it, in the order in which they opened."""
    return [
        (one["Kind"], row["StepNames"][one["Position"] - 1], one["From"], one["Until"], one["Resolution"])
        for one in row["Exceptions"]
        if one["Until"] is not None
    ]


def differences(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[str]:
    """What two lists of states say against each other, in words; none is the only good answer."""
    rows = [{(row["Tenant"], row["Process"], row["RootId"]): row for row in states} for states in (found, wanted)]
    lines = [f"{key} is only in one" for key in sorted(rows[0].keys() ^ rows[1].keys())]
    return lines + [
        f"{key} {column}: {rows[0][key][column]} or {rows[1][key][column]}"
        for key in sorted(rows[0].keys() & rows[1].keys())
        for column in rows[0][key]
        if rows[0][key][column] != rows[1][key][column]
    ]


def cases(items: Sequence[pytest.Item], module: Any) -> list[list[SpanRow]]:
    """The commits of every test of a module that tells something: the first of all together, then the second."""
    commits: list[list[SpanRow]] = []
    for item in items:
        mark = item.get_closest_marker("told")
        if mark is None or getattr(item, "module", None) is not module:
            continue
        for number, commit in enumerate(mark.args):
            while len(commits) <= number:
                commits.append([])
            default = STORED + timedelta(minutes=number)
            commits[number] += [
                span.having(
                    tenant=item.name if span.tenant == "default" else f"{item.name}-{span.tenant}",
                    stored_at=default if span.stored_at == STORED else span.stored_at,
                )
                for span in commit
            ]
    return commits


def _minutes(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) - EPOCH) / timedelta(minutes=1)
    if isinstance(value, (list, tuple)):
        return [_minutes(one) for one in value]
    if isinstance(value, dict):
        return {key: _minutes(one) for key, one in value.items()}
    return value
