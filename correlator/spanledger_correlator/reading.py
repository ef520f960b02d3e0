"""Reading what the correlator knows: one tenant, one clock.

Without `as_of` the kept states are read and judged at `now`. With it, the whole function is evaluated over what was
known then (or is known now of what had happened by then), into tables of the thread's newest such reading.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from spanledger_correlator import evidence
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.diagnosis import Diagnosis, candidates, diagnose
from spanledger_correlator.evaluation import evaluate_all
from spanledger_correlator.flow_exceptions import FlowException
from spanledger_correlator.flows import Flows
from spanledger_correlator.kept_verdicts import COLUMNS, hold_at
from spanledger_correlator.rates import RatesOfDay, rates_of_day
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.standpoint import Then, then
from spanledger_correlator.statements import statement
from spanledger_correlator.verdicts import Relation, verdicts
from spanledger_correlator.viewpoint import HAPPENED, STORED, Viewpoint
from spanledger_correlator.workspace import Sources, Workspace
from spanledger_store import Store

Known = Literal["then", "now"]
_BESIDE = "beside"
_BESIDE_THEN = """(
    SELECT Tenant, Process, RootId, entity.1 AS Type, entity.2 AS Id FROM all_states ARRAY JOIN Related AS entity
    UNION ALL
    SELECT Tenant, Process, RootId, Type, Id FROM beside
)"""
"""What stands beside which transaction, as of a moment: as it was found then, and where a state lists too few, since."""
ORPHAN_GRACE_SECONDS = 3600
"""A step span that no transaction has taken this long after it was stored is an orphan."""


_newest = threading.local()
"""Which reading as of a moment a thread made last: there is one set of tables a thread."""


class Reading:
    """Answers about one tenant at one moment. Use it in the thread that made it, before that thread makes another one.

    Args:
        as_of: the moment asked about; None asks about now. As known then, the definitions are those that were known
            then, too, with what they read in spans.
        known: `then` counts what was stored by `as_of`; `now` counts all links and aliases, and what had happened.
        now: the clock for questions about now; the system's by default.
    """

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        tenant: str,
        *,
        as_of: datetime | None = None,
        known: Known = "then",
        now: datetime | None = None,
    ) -> None:
        self.clock = as_of or now or datetime.now(UTC)
        by_then = then(store, definitions, as_of) if as_of is not None and known == "then" else Then(store, definitions)
        self.store, self.definitions = by_then.store, by_then.definitions
        self._store = self.store
        self._tenant = tenant
        self._definitions = self.definitions.in_force(self.clock)
        self._declared = definitions
        self._sources = Sources() if as_of is None else Sources.as_of(known)
        self._as_of = as_of
        self._known = known
        self._bound: dict[str, Any] = {"tenant": tenant, "now": self.clock}
        self._known_until = self.clock if as_of is not None and known == "then" else datetime.now(UTC)
        self._rated = bool(definitions.rates)
        self._held = False
        if as_of is not None:
            _newest.reading = id(self)
            evaluate_all(Workspace(self.store, Vocabulary.of(self._definitions), self._sources, as_of))

    @cached_property
    def rates(self) -> RatesOfDay:
        """The rates at the clock; none where no table of rates is declared."""
        if not self._rated:
            return RatesOfDay(self.clock.date(), {})
        return rates_of_day(self._store, self.clock, self._known_until)

    @property
    def relation(self) -> Relation:
        """One row per transaction with its verdict."""
        return self._verdicts("verdicts")

    @property
    def open_relation(self) -> Relation:
        """The same of the open ones alone."""
        return self._verdicts("open_verdicts", "Status = 'open'")

    @property
    def stuck_relation(self) -> Relation:
        """The same of the stuck ones alone."""
        return self._verdicts("open_verdicts", "Stuck")

    def exceptions_relation(self, only: tuple[str, str] | None = None) -> Relation:
        """One row per exception that is or was open at the clock, with what people did about it.

        `only` names one transaction, by process and root id. Rows of another origin join here: a statement of the same
        columns beside `reading/exceptions_of_flows.sql`, which has what belongs to no transaction.
        """
        one = " AND Process = {only_process:String} AND RootId = {only_root:String}" if only else ""
        judged = self._verdicts("verdicts", f"notEmpty(Exceptions){one}")
        tables = {
            "verdicts": judged.sql,
            "unattached": "(SELECT * FROM unattached FINAL)" if self._as_of is None else "all_unattached",
        }
        flows = [] if only else [_bound(flow) for flow in self.flow_exceptions()]
        origins = ["transactions"] if only else ["transactions", "spans", *(["flows"] if flows else [])]
        found = " UNION ALL ".join(f"({statement(f'reading/exceptions_of_{one}', **tables)})" for one in origins)
        bound: dict[str, Any] = {
            "grace": ORPHAN_GRACE_SECONDS,
            "flows": flows,
            "active": [(version.process, version.version) for version in self._definitions],
        }
        if only:
            bound |= {"only_process": only[0], "only_root": only[1]}
        now = statement("reading/roots_now", canonical_ids=self._sources.canonical_ids, acted="exception_actions")
        sql = statement("reading/exceptions", found=found, roots_now=now)
        return Relation(f"({sql})", {**judged.parameters, **bound})

    def orphans(self) -> list[dict[str, Any]]:
        """Step spans that no transaction has taken, an hour and more after they were stored, oldest first."""
        self._require_own_tables()
        source = "unattached FINAL" if self._as_of is None else "all_unattached"
        return self._store.rows(
            f"SELECT TraceId, SpanId, Step, System, Processes, Reason, OccurredAt, StoredAt FROM {source} "
            "WHERE Tenant = {tenant:String} AND Reason != '' "
            "AND StoredAt <= {now:DateTime64(9, 'UTC')} - toIntervalSecond({grace:UInt32}) "
            "ORDER BY OccurredAt, TraceId, SpanId",
            {**self._bound, "grace": ORPHAN_GRACE_SECONDS},
        )

    def attachments(self, process: str, root_id: str) -> list[dict[str, Any]]:
        """The step spans of one transaction in the order they happened, each with the evidence that attached it."""
        definition = next((one for one in self._definitions if one.process == process), None)
        if definition is None:
            return []
        work = Workspace(self._store, Vocabulary.of(self._definitions), self._sources, self._as_of, evidence=True)
        return evidence.attachments(work, self._tenant, definition, self.canonical(definition.entity, root_id))

    def diagnose(self, span_id: str, trace_id: str = "") -> Diagnosis | list[str]:
        """Why the one span of these ids belongs to transactions, or to none; the traces of several, or of none."""
        work = Workspace(self._store, Vocabulary.of(self._definitions), self._sources, self._as_of, evidence=True)
        copies = candidates(work, self._tenant, span_id, trace_id)
        traces = sorted({copy["TraceId"] for copy in copies})
        return diagnose(work, self._tenant, copies, self._definitions) if len(traces) == 1 else traces

    def canonical(self, entity_type: str, entity_id: str) -> str:
        """The id that an entity goes by; the id itself if it has no alias."""
        self._require_own_tables()
        rows = self._store.query(
            f"SELECT argMax(CanonicalId, Version) FROM {self._sources.canonical_ids} "
            "WHERE Tenant = {tenant:String} AND Type = {type:String} AND Id = {id:String}",
            {**self._bound, "type": entity_type, "id": entity_id},
        ).result_rows
        return str(rows[0][0]) or entity_id

    def transactions_touching(self, entity_type: str, entity_id: str) -> list[tuple[str, str]]:
        """(process, root id) of the transactions that an entity is the root of, or that stand on a span with it."""
        return [
            (str(process), str(root))
            for process, root in self._store.query(
                statement(
                    "reading/touching",
                    facts=self._sources.facts,
                    namings=self._sources.namings,
                    states=self._states(),
                    beside=_BESIDE if self._as_of is None else _BESIDE_THEN,
                ),
                {**self._bound, "type": entity_type, "id": self.canonical(entity_type, entity_id), "named": entity_id}
                | ({} if self._as_of is None else {"as_of": self._as_of}),
            ).result_rows
        ]

    @property
    def flows(self) -> Flows:
        """Questions about flows: sources, reconciliations, control totals, producers."""
        self._require_own_tables()
        by_storing = self._as_of is None or self._known == "then"
        at = Viewpoint(
            self._store,
            self._tenant,
            self.clock,
            self._sources,
            STORED if by_storing else HAPPENED,
            Vocabulary.of(self._definitions).placeholders,
        )
        return Flows(at, self._declared, self._definitions)

    def flow_exceptions(self) -> list[FlowException]:
        """What should have come and did not, beside any transaction; past silences are told with their end."""
        return self.flows.exceptions()

    def _require_own_tables(self) -> None:
        if self._as_of is not None and getattr(_newest, "reading", None) != id(self):
            raise RuntimeError("A later reading of this thread has taken the tables of this one; make it anew.")

    def _states(self) -> str:
        self._require_own_tables()
        return "(SELECT * FROM transactions FINAL)" if self._as_of is None else "all_states"

    def _verdicts(self, kept: str, condition: str = "true") -> Relation:
        """The verdicts of this reading that meet a condition: of now as they are kept in that table."""
        if self._as_of is not None:
            states = f"(SELECT * FROM {self._states()} WHERE Tenant = {{tenant:String}})"
            judged = verdicts(states, self.rates)
            found = f"(SELECT {COLUMNS} FROM {judged.sql} WHERE {condition})"
            return Relation(found, {**self._bound, **judged.parameters})
        if not self._held:
            hold_at(self._store, self.clock, self.rates)
            self._held = True
        found = f"(SELECT {COLUMNS} FROM {kept} FINAL WHERE Tenant = {{tenant:String}} AND {condition})"
        return Relation(found, self._bound)


def _bound(flow: FlowException) -> tuple[Any, ...]:
    """A row that `reading/exceptions_of_flows` reads; times are unix nanoseconds, 0 for none."""
    ended = 0 if flow.until is None else _nanoseconds(flow.until)
    amounts = {currency: str(amount) for currency, amount in flow.amounts.items()}
    return (
        *(flow.kind, flow.subject, _nanoseconds(flow.since), ended, flow.detail, flow.impact, flow.owner),
        *(flow.severity, list(amounts), list(amounts.values())),
    )


def _nanoseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
