"""Counting: which spans belong to which root, and what happens in which order, as statements over sets.

The working tables are temporary and belong to the calling thread's handle. Stitching is done by the links that the
spans themselves carry, because a definition that would say how is what is being looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from spanledger_correlator.discover.observed import EntityType, Interval, Neighbour, StepCounts, Whole
from spanledger_correlator.statements import statement
from spanledger_store import Store

PLACEHOLDERS: Final = ("", "-", "?", "n/a", "na", "nil", "none", "null", "tbd", "unknown")
"""Ids (in small letters) that name nothing in any system. `0` is none of them: some systems count from nought."""

STEP_NAME: Final = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*\.[a-z][a-z0-9]*(_[a-z0-9]+)*$"
BEGINNING: Final = datetime(1900, 1, 1, tzinfo=UTC)


class Observation:
    """The tables of one observation. `every`: one transaction in so many is looked at."""

    def __init__(self, store: Store, tenant: str, root: str, since: datetime | None, every: int) -> None:
        self._store = store
        self._bound: dict[str, Any] = {
            "tenant": tenant,
            "root": root,
            "since": since or BEGINNING,
            "every": every,
            "step": STEP_NAME,
            "placeholders": list(PLACEHOLDERS),
        }
        for name in ("aliases", "spans_table", "names_table", "links_table", "reach_table"):
            self._run(name)

    def take_roots(self) -> None:
        """The roots, and every span that names one."""
        self._run("roots")
        self._run("wanted_roots")
        self._take_wanted(rooted=True)

    def neighbours(self, near: Sequence[str], known: Sequence[str]) -> list[Neighbour]:
        """What stands beside the entities of the `near` types, and is of no `known` type (the near ones included)."""
        for kind in near:
            self._run("links", near=kind)
        alone = {str(kind): int(spans) for kind, spans in self._rows("alone", known=list(known))}
        own = {str(kind) for (kind,) in self._rows("own_steps")}
        found = []
        for kind in near:
            several = {str(name): (int(nears), int(many)) for name, nears, many in self._rows("several", near=kind)}
            found += [
                Neighbour(
                    name=str(name), near=kind, ids=int(ids), singles=int(singles), most=int(most),
                    nears=several[name][0], several=several[name][1], alone=alone.get(name, 0), own_steps=name in own,
                )
                for name, ids, singles, most in self._fans(kind)
                if name not in known
            ]  # fmt: skip
        return found

    def join(self, types: Sequence[str], nearer: Sequence[str]) -> None:
        """Let these types lead to the roots through entities of the nearer types, and take the spans they are on."""
        self._run("reach_roots", types=list(types))
        self._run("reach_further", types=list(types), nearer=list(nearer))
        self._run("wanted_reached", types=list(types))
        self._take_wanted(rooted=False)

    def attach(self) -> Whole:
        """Count the spans together by transaction and step; the counts below read that."""
        self._run("attached")
        self._run("by_root")
        ((roots, spans, first, last, newest),) = self._rows("whole")
        return Whole(int(roots), int(spans), str(first), str(last), newest.replace(tzinfo=UTC))

    def beside(self) -> dict[str, tuple[int, int]]:
        """Per entity type on the attached spans: on how many of them, and how many entities."""
        return {str(kind): (int(spans), int(ids)) for kind, spans, ids in self._rows("beside")}

    def steps(self) -> list[StepCounts]:
        """Every step that was seen, by name."""
        facets = {str(row[0]): row[1:] for row in self._rows("facets")}
        return [
            _step(str(name), [int(number) for number in numbers], facets[str(name)])
            for name, *numbers in self._rows("steps")
        ]

    def pairs(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Per pair of steps: in how many transactions the one, and in how many the other, succeeded first."""
        return {(str(one), str(other)): (int(before), int(after)) for one, other, before, after in self._rows("pairs")}

    def finished(self, end: str) -> dict[str, int]:
        """Per step: in how many of the transactions with the end step it happened."""
        return {str(step): int(roots) for step, roots in self._rows("finished", end=end)}

    def intervals(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Interval]:
        """Per (anchor, step) how long it took."""
        if not pairs:
            return {}
        rows = self._rows("intervals", pairs=[tuple(pair) for pair in pairs])
        return {
            (str(anchor), str(step)): Interval(str(anchor), str(step), int(times), int(before), *map(float, seconds))
            for anchor, step, times, before, seconds in rows
        }

    def quiet(self, end: str, before: datetime) -> dict[str, int]:
        """Per step: how many transactions without the end step ended with it before a moment."""
        return {str(step): int(roots) for step, roots in self._rows("quiet", end=end, before=before)}

    def _fans(self, near: str) -> Sequence[Sequence[Any]]:
        """Beside the root every span is asked, beside others the roots that they lead to."""
        return self._rows("fans" if near == self._bound["root"] else "fans_further", near=near)

    def _take_wanted(self, *, rooted: bool) -> None:
        self._run("spans", rooted=rooted)
        self._run("names")

    def _run(self, name: str, **values: Any) -> None:
        self._store.command(statement(f"discover/{name}"), {**self._bound, **values})

    def _rows(self, name: str, **values: Any) -> Sequence[Sequence[Any]]:
        return self._store.query(statement(f"discover/{name}"), {**self._bound, **values}).result_rows


def entity_types(store: Store, tenant: str, now: datetime) -> list[EntityType]:
    """The entity types on the tenant's step spans, the most named first."""
    values = {"tenant": tenant, "now": now, "placeholders": list(PLACEHOLDERS)}
    return [
        EntityType(str(name), int(ids), int(spans), tuple(placeholders))
        for name, ids, spans, placeholders in store.query(statement("discover/types"), values).result_rows
    ]


def _step(name: str, numbers: Sequence[int], facets: Sequence[Any]) -> StepCounts:
    roots, repeated, successes, refused, begins, ends = numbers
    systems, impacts, amounts, currencies = facets
    return StepCounts(
        name, roots, repeated, successes, refused, begins, ends,
        dict(systems), dict(impacts), int(amounts), tuple(currencies),
    )  # fmt: skip
