"""The tables an evaluation works with: where it reads (`Sources`) and the temporary tables it fills.

Temporary tables belong to the calling thread's handle, so several evaluations can run side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from spanledger_correlator import deadlines
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.statements import asked_for, statement
from spanledger_store import Store

_SETTINGS = (
    # Joins run in the order in which they are written: one that the optimizer chose joined on the tenant alone.
    "SET query_plan_optimize_join_order_limit = 0",
    # A kept block has no two versions of one row; looking for them would cost more than writing it.
    "SET optimize_on_insert = 0",
)
"""They hold for the calling thread's handle, as the work tables do: given with each statement, they take 4 ms each."""

NO_TRACES = "(SELECT '' AS Tenant, '' AS TraceId WHERE 0)"
"""A relation of traces that holds none."""


_CALENDARS_THEN = """(
    SELECT * FROM calendar_records
    QUALIFY RecordedAt <= {as_of:DateTime64(9, 'UTC')} OR RecordedAt = min(RecordedAt) OVER (PARTITION BY Calendar)
)"""
"""The calendars that were recorded by then; of one that was not, its first record."""


@dataclass(frozen=True)
class Sources:
    """The derived tables that an evaluation reads: as they are, or as they were known at a moment."""

    spans: str = "spans"
    facts: str = "facts"
    namings: str = "namings"
    waiting: str = "waiting"
    links: str = "links"
    alias_edges: str = "alias_edges"
    entity_attributes: str = "entity_attributes"
    claims: str = "claims"
    superseded: str = "superseded_copies"
    canonical_ids: str = "canonical_ids"
    canonical_members: str = "canonical_members"
    calendar_records: str = "calendar_records"
    corrections: str = "corrections"

    @classmethod
    def as_of(cls, known: str) -> Sources:
        """`then`: what was stored by {as_of}. `now`: all links and aliases, and the spans that happened by {as_of}."""
        stored = "WHERE StoredAt <= {as_of:DateTime64(9, 'UTC')}"
        happened = "WHERE least(OccurredAt, StoredAt) <= {as_of:DateTime64(9, 'UTC')}"
        what = stored if known == "then" else happened
        links = stored if known == "then" else ""
        return cls(
            spans=f"(SELECT * FROM spans {what})",
            facts=f"(SELECT * FROM facts {what})",
            namings=f"(SELECT * FROM namings {what})",
            waiting=f"(SELECT * FROM waiting {what})",
            links=f"(SELECT * FROM links {links})",
            alias_edges=f"(SELECT * FROM alias_edges {links})",
            entity_attributes=f"(SELECT * FROM entity_attributes {what})",
            claims=f"(SELECT * FROM claims {what})",
            superseded=f"(SELECT * FROM superseded_copies {links})",
            canonical_ids="work_canonical",
            canonical_members="work_canonical",
            calendar_records=_CALENDARS_THEN if known == "then" else "calendar_records",
            corrections=f"(SELECT * FROM corrections {links})",
        )


class Known(TypedDict):
    """The relations in which a statement looks aliases up: id → canonical id, canonical id → all ids."""

    known_ids: str
    known_members: str


class Workspace:
    """One thread's working tables over one store, for the definitions in force.

    `evidence` asks for what carried each link as well: an answer shows it, a judgement does without.
    """

    def __init__(
        self,
        store: Store,
        vocabulary: Vocabulary,
        sources: Sources | None = None,
        as_of: datetime | None = None,
        *,
        evidence: bool = False,
    ) -> None:
        self.store = store
        self.vocabulary = vocabulary
        self.sources = sources or Sources()
        self.evidence = evidence
        self.uncorrected = self.sources
        """The sources as spans state them; `corrections/heeding.py` replaces `sources` by what people made of them."""
        self.corrected = False
        """Whether people have corrected anything that this evaluation knows of."""
        self.newly_corrected = False
        """Whether any of that is new."""
        self.laps = 0
        """How many walks the evaluation at hand has made; see `walk.py`."""
        self._bound: dict[str, Any] = {
            "active": vocabulary.active,
            "processes": vocabulary.processes,
            "roots": vocabulary.roots,
            "placeholders": vocabulary.placeholders,
            "pairs": vocabulary.pairs,
            "matches": vocabulary.matches,
            "stitched": vocabulary.stitched,
            "told": vocabulary.told,
            "agreed": vocabulary.agreed,
        }
        if as_of is not None:
            self._bound["as_of"] = as_of
        for setting in _SETTINGS:
            store.command(setting)
        for name in ("rules", "rule_steps", "rule_types", "rule_related_types", "one_per_steps", "money_steps"):
            self.run(f"rules/{name}")
        # Several evaluations of one thread may differ in what they know: as it is, and as of a moment.
        known = "work_known" if as_of is None else "work_known_then"
        self._in_memory: Known = {"known_ids": f"{known}_ids", "known_members": f"{known}_members"}
        self._knows = False
        if as_of is None and not evidence:
            self.know_kept_aliases()
        if not evidence:
            # What a link rests on knows no deadlines.
            deadlines.prepare(self)

    def run(self, name: str, values: Mapping[str, Any] | None = None, **tables: str) -> None:
        """Run the statement `sql/<name>.sql` (`judge/states`); `tables` fill its names beside the sources, `values` are bound."""
        sql = statement(name, **vars_of(self.sources), **tables)
        bound = {**self._bound, **(values or {})}
        # Binding the whole vocabulary takes as long as planning a simple statement, so only what it asks for is bound.
        self.store.command(sql, {one: bound[one] for one in asked_for(sql)})

    def rows(self, name: str, values: Mapping[str, Any] | None = None, **tables: str) -> list[dict[str, Any]]:
        """The rows of the SELECT `sql/<name>.sql`, given as to `run`."""
        sql = statement(name, **vars_of(self.sources), **tables)
        bound = {**self._bound, **(values or {})}
        return self.store.rows(sql, {one: bound[one] for one in asked_for(sql)})

    def kin(self, nodes: str, into: str, carry: str = "") -> None:
        """Fill `into` with every id that the entities in `nodes` go by, and the one they are known under.

        `carry` is a column of `nodes` to take along.
        """
        self.run("walk/kin", nodes=nodes, into=into, carry=carry and f", {carry}", **self.known(nodes))

    def known(self, nodes: str) -> Known:
        """Where statements look up the aliases of `nodes` at least."""
        if self._knows:
            return self._in_memory
        return {
            "known_ids": self.relation("aliases/ids_of", nodes=nodes),
            "known_members": self.relation("aliases/members_of", nodes=nodes),
        }

    def know_kept_aliases(self) -> None:
        """Hold those that are kept now: after another thread may have kept others."""
        self.know_aliases(self.relation("aliases/kept"))

    def know_aliases(self, canonical: str) -> None:
        """Hold in memory the aliases in `canonical`, and none else: asked for every entity that an evaluation meets."""
        self._knows = True
        for name in ("aliases/known_start", "aliases/known_members_start"):
            self.run(name, **self._in_memory)
        self.know_more_aliases(canonical)

    def know_more_aliases(self, canonical: str) -> None:
        """Hold those in `canonical` as well; the entities that they are of are there with all their ids."""
        for name in ("aliases/know_ids", "aliases/know_members"):
            self.run(name, canonical=canonical, **self._in_memory)

    def release(self, *tables: str) -> None:
        """Empty these work tables, which nobody will read any more."""
        for table in tables:
            self.store.command(f"TRUNCATE TABLE {table}")

    def relation(self, name: str, **tables: str) -> str:
        """The statement `sql/<name>.sql` as a part of another one."""
        return f"({statement(name, **vars_of(self.sources), **tables)})"

    def ask(self, name: str, values: Mapping[str, Any] | None = None, **tables: str) -> int:
        """The number that the statement `sql/<name>.sql` comes to."""
        return int(self.store.command(statement(name, **vars_of(self.sources), **tables), dict(values or {})))

    def count(self, table: str) -> int:
        """How many rows a work table has."""
        return int(self.store.command(f"SELECT count() FROM {table}"))


def vars_of(sources: Sources) -> dict[str, str]:
    """The sources by the names that statements use."""
    return {name: str(getattr(sources, name)) for name in sources.__dataclass_fields__}
