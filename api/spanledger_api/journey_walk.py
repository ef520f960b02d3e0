"""Walking from an entity to what came before it and what comes after, across processes.

Every process says what its transactions are made of (`entity`, `joined_by`) and what they refer to (`relates_to`).
What is referred to was there before. So U lies upstream of T, two processes apart, if

- T refers to an entity that U is made of: an invoice refers to the project that opportunity-to-project made; or
- U is joined by T's root: time-to-bill ends in the invoice that invoice-to-cash begins with.

A walk keeps its direction: going up from one invoice to its project, it does not come down again to all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from spanledger_correlator.definition.model import ProcessDefinition

Direction = Literal["upstream", "here", "downstream"]
Entity = tuple[str, str]
Key = tuple[str, str]

MOST_HOPS: Final = 6
"""Processes in a row: more than any firm's chain from the lead to the cash."""
MOST_TRANSACTIONS: Final = 500
MOST_LOOKUPS: Final = 300
"""Entities looked up in one walk; bounds its time where an entity stands in thousands of transactions."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A transaction on the way: how it was reached, through which entity and from which transaction."""

    key: Key
    direction: Direction
    distance: int
    via: Entity
    before: Key | None


class Walk:
    """One walk. `touching` finds the transactions that name an entity, `related` the entities named by transactions."""

    def __init__(
        self,
        processes: Mapping[str, ProcessDefinition],
        touching: Callable[[Entity], list[Key]],
        related: Callable[[Iterable[Key]], Mapping[Key, list[Entity]]],
    ) -> None:
        self._processes = processes
        self._touching = touching
        self._related = related
        self._looked_up: dict[Entity, list[Key]] = {}
        self.hops: dict[Key, Hop] = {}
        self.cut_short = False

    def run(self, start: Entity) -> list[Hop]:
        """Every hop around an entity, in the order they were found. `cut_short` then says whether there are more."""
        levels: dict[Direction, list[Hop]] = {"here": [], "upstream": [], "downstream": []}
        direction: Direction
        for key in self._find(start):
            definition = self._processes[key[0]]
            if definition.entity == start[0]:
                direction = "here"
            else:
                direction = "upstream" if start[0] in definition.joined_by else "downstream"
            self._add(levels[direction], Hop(key, direction, 0 if direction == "here" else 1, start, None))
        self._follow([*levels["here"], *levels["upstream"]], "upstream")
        self._follow([*levels["here"], *levels["downstream"]], "downstream")
        return list(self.hops.values())

    def _follow(self, level: list[Hop], direction: Direction) -> None:
        while level:
            reached: list[Hop] = []
            related = self._related([hop.key for hop in level])
            for hop in level:
                if hop.distance >= MOST_HOPS:
                    self.cut_short = True
                    continue
                for via, key in self._next(hop.key, related.get(hop.key, []), direction):
                    self._add(reached, Hop(key, direction, hop.distance + 1, via, hop.key))
            level = reached

    def _next(self, key: Key, related: list[Entity], direction: Direction) -> Iterable[tuple[Entity, Key]]:
        here = self._processes[key[0]]
        root = (here.entity, key[1])
        for via in dict.fromkeys((root, *related)):
            if not self._leads(here, via[0], direction, is_root=via == root):
                continue
            for other in self._find(via):
                if other[0] != key[0] and _lies(direction, self._processes[other[0]], via[0], is_root=via == root):
                    yield via, other

    def _leads(self, here: ProcessDefinition, kind: str, direction: Direction, *, is_root: bool) -> bool:
        """Whether an entity of that type can lead on at all: spares the look-up of a client or a worker."""
        others = [one for one in self._processes.values() if one.process != here.process]
        if direction == "downstream":
            return any(kind == one.entity or kind in one.relates_to for one in others) and (
                is_root or kind in here.joined_by
            )
        made = any(kind == one.entity or kind in one.joined_by for one in others)
        return made and (is_root or kind in here.relates_to)

    def _find(self, entity: Entity) -> list[Key]:
        if entity not in self._looked_up:
            if len(self._looked_up) >= MOST_LOOKUPS:
                self.cut_short = True
                return []
            known = [key for key in self._touching(entity) if key[0] in self._processes]
            self._looked_up[entity] = known
        return self._looked_up[entity]

    def _add(self, level: list[Hop], hop: Hop) -> None:
        if hop.key in self.hops:
            return
        if len(self.hops) >= MOST_TRANSACTIONS:
            self.cut_short = True
            return
        self.hops[hop.key] = hop
        level.append(hop)


def _lies(direction: Direction, other: ProcessDefinition, kind: str, *, is_root: bool) -> bool:
    """Whether a transaction of `other` that names an entity of that type lies on this side of the one before."""
    if direction == "upstream":
        return kind in other.joined_by if is_root else kind == other.entity or kind in other.joined_by
    return kind in other.relates_to if is_root else kind == other.entity or kind in other.relates_to
