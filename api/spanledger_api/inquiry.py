"""One request's access to the store: one principal, one clock. Every query of the API passes through here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from spanledger_api.access.principal import Principal
from spanledger_api.access.sight import Relation, exceptions_seen, span_seen, transactions_seen
from spanledger_api.catalogue import Catalogue
from spanledger_api.parameters import Clock
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.diagnosis import Diagnosis
from spanledger_correlator.flows import Flows
from spanledger_correlator.rates import RatesOfDay
from spanledger_store import Store

TENANT = "{tenant:String}"


Among = Literal["all", "open", "stuck"]
"""Which transactions a question is about; fewer are answered faster."""


class Verdicts(Protocol):
    """What the API needs of `spanledger_correlator.reading.Reading`: the verdicts of one tenant at one clock."""

    @property
    def store(self) -> Store: ...
    @property
    def definitions(self) -> Definitions: ...
    @property
    def relation(self) -> Relation: ...
    @property
    def open_relation(self) -> Relation: ...
    @property
    def stuck_relation(self) -> Relation: ...
    @property
    def rates(self) -> RatesOfDay: ...
    def exceptions_relation(self, only: tuple[str, str] | None = None, /) -> Relation: ...
    def attachments(self, process: str, root_id: str) -> list[dict[str, Any]]: ...
    def canonical(self, entity_type: str, entity_id: str) -> str: ...
    def transactions_touching(self, entity_type: str, entity_id: str) -> list[tuple[str, str]]: ...
    def diagnose(self, span_id: str, trace_id: str) -> Diagnosis | list[str]: ...
    @property
    def flows(self) -> Flows: ...


class OpenReading(Protocol):
    """How a request's reading is opened: by `Reading` itself, or over rows of a test's own."""

    def __call__(
        self,
        store: Store,
        definitions: Definitions,
        tenant: str,
        *,
        as_of: datetime | None,
        known: Literal["then", "now"],
        now: datetime,
    ) -> Verdicts: ...


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a question may use. `moment` is the clock its verdicts are read at, aware and in UTC.

    `now` is when it was put, and stands still while it is answered; `clock` goes on.
    """

    store: Store
    catalogue: Catalogue
    reading: Verdicts
    principal: Principal
    now: datetime
    moment: datetime
    known: Literal["then", "now"]
    clock: Callable[[], datetime]

    @property
    def tenant(self) -> str:
        """Whose data it is about."""
        return self.principal.tenant

    @property
    def known_until(self) -> datetime:
        """What was stored later than this is not known to this question."""
        return self.now if self.known == "now" else min(self.now, self.moment)

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a SELECT over a tenant's tables; the tenant is bound here and nowhere else.

        Raises:
            ValueError: the statement does not say which tenant's rows it reads.
        """
        if TENANT not in sql:
            raise ValueError(f"A query of the API must be limited to {TENANT}.")
        return self.store.rows(sql, {**(parameters or {}), "tenant": self.tenant})

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row to one of the tables of what people did, by column; the tenant is set here and nowhere else."""
        named = {**row, "Tenant": self.tenant}
        self.store.insert(table, [list(named.values())], list(named))

    def spans(self, sql: str, parameters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The rows of a SELECT over `spans`, as the principal sees them."""
        return [span_seen(self.principal, row) for row in self.rows(sql, parameters)]

    def verdicts(
        self, sql: str, parameters: Mapping[str, Any] | None = None, among: Among = "all"
    ) -> list[dict[str, Any]]:
        """The rows of a SELECT `FROM verdicts`: one row per transaction that the principal sees, judged at the clock.

        The names of `parameters` begin with `q_`, so that they never meet those that the reading has bound.

        Raises:
            ValueError: a parameter has another name.
        """
        return self.store.rows(*self._judged(sql, parameters, among))

    @contextmanager
    def gathering(self, sql: str, parameters: Mapping[str, Any] | None = None, among: Among = "all") -> Iterator[None]:
        """Keep the rows of such a SELECT for a while, to ask several questions of them with `gathered`.

        Raises:
            ValueError: a parameter has another name.
        """
        judged, bound = self._judged(sql, parameters, among)
        self.store.command(f"CREATE OR REPLACE TEMPORARY TABLE gathered ENGINE = Memory AS {judged}", bound)
        try:
            yield
        finally:
            self.store.command("DROP TEMPORARY TABLE gathered")

    @contextmanager
    def gathering_exceptions(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[None]:
        """The same of a SELECT `FROM exceptions`: one row per exception that is or was open at the clock."""
        asked, bound = self._excepted(sql, parameters, None)
        self.store.command(f"CREATE OR REPLACE TEMPORARY TABLE gathered ENGINE = Memory AS {asked}", bound)
        try:
            yield
        finally:
            self.store.command("DROP TEMPORARY TABLE gathered")

    def exceptions(
        self, sql: str, parameters: Mapping[str, Any], *, only: tuple[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """The rows of a SELECT `FROM exceptions`; `only` names one transaction by process and root id."""
        return self.store.rows(*self._excepted(sql, parameters, only))

    def gathered(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a SELECT `FROM gathered`, while it is being gathered."""
        return self.store.rows(sql, parameters)

    def _excepted(
        self, sql: str, parameters: Mapping[str, Any], only: tuple[str, str] | None
    ) -> tuple[str, Mapping[str, Any]]:
        relation = exceptions_seen(self.principal, self.reading.exceptions_relation(only))
        _refuse_strangers(parameters)
        return f"WITH exceptions AS {relation.sql} {sql}", {**relation.parameters, **parameters}

    def _judged(self, sql: str, parameters: Mapping[str, Any] | None, among: Among) -> tuple[str, Mapping[str, Any]]:
        _refuse_strangers(parameters or {})
        relations = {
            "all": lambda: self.reading.relation,
            "open": lambda: self.reading.open_relation,
            "stuck": lambda: self.reading.stuck_relation,
        }
        relation = transactions_seen(self.principal, relations[among]())
        return f"WITH verdicts AS {relation.sql} {sql}", {**relation.parameters, **(parameters or {})}


def _refuse_strangers(parameters: Mapping[str, Any]) -> None:
    strangers = [name for name in parameters if not name.startswith("q_")]
    if strangers:
        raise ValueError(f"Parameters of the API's queries begin with q_: {', '.join(strangers)}.")


@dataclass(frozen=True, slots=True)
class Inquiries:
    """Opens an inquiry for a request's principal and clock."""

    store: Store
    definitions: Definitions
    catalogue: Catalogue
    now: Callable[[], datetime]
    open_reading: OpenReading

    def open(self, principal: Principal, clock: Clock) -> Inquiry:
        """One question's access."""
        now = self.now()
        tenant = principal.tenant
        reading = self.open_reading(self.store, self.definitions, tenant, as_of=clock.as_of, known=clock.known, now=now)
        # As of a past moment both may be others: a branch of the store, and the definitions that were known then.
        catalogue = self.catalogue if reading.definitions is self.definitions else Catalogue(reading.definitions)
        return Inquiry(reading.store, catalogue, reading, principal, now, clock.as_of or now, clock.known, self.now)
