"""From a question to a proposal: asks, counts, concludes, and writes; the first file to read of this package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.discover import propose
from spanledger_correlator.discover.observe import Observation, entity_types
from spanledger_correlator.discover.observed import EntityType, Neighbour
from spanledger_correlator.discover.question import Question
from spanledger_correlator.discover.writing import Proposal, written
from spanledger_store import Store
from spanledger_store.errors import NotFound

_LEVELS = 6
"""So many links away from the root types are looked for."""


def discover(
    store: Store,
    question: Question,
    progress: Callable[[str], None] = lambda _: None,
) -> str:
    """A definition as YAML, which the definition loader accepts, with the counts that speak for each part as comments.

    `progress` is told what is being counted. Raises NotFound, with what there is, if no step span names such a root.
    """
    text = written(proposal_for(store, question, progress))
    parse_definition(text, "<proposal>")
    return text


def proposal_for(store: Store, question: Question, progress: Callable[[str], None] = lambda _: None) -> Proposal:
    """What `discover` writes, as conclusions and counts."""
    progress("entity types")
    types = entity_types(store, question.tenant, datetime.now(UTC))
    root = next((one for one in types if one.name == question.root), None)
    if root is None:
        raise _no_such_root(question, types)
    observation = Observation(
        store, question.tenant, question.root, question.since, every=-(-root.ids // question.at_most)
    )
    progress(f"spans that name one of about {root.ids:,} {question.root}s")
    observation.take_roots()
    joined, others = _joined(observation, question.root, progress)
    progress("steps and their order")
    whole = observation.attach()
    steps = observation.steps()
    order = propose.in_order(steps, observation.pairs())
    if not order:
        raise NotFound(
            f"No {question.root} has begun since {question.since}, or none has a step that succeeded.",
            hint="Ask for an earlier --since, or for none.",
        )
    end = _end(question, [step.name for step in order]) or propose.end_of(order)
    shape = propose.shape_of(order, propose.start_of(order), end, observation.finished(end))
    progress("intervals")
    whole_way = [(shape.start, shape.end)] if shape.start != shape.end else []
    intervals = observation.intervals(list(dict.fromkeys([*shape.anchors(), *whole_way])))
    total = intervals.get((shape.start, shape.end))
    quiet = observation.quiet(end, whole.newest - timedelta(seconds=total.p95 if total and total.times else 0))
    return Proposal(
        question=question,
        whole=whole,
        sampled=root.ids > question.at_most,
        joined=joined,
        others=[one for one in others if one.name not in {known.name for known in joined}],
        beside=observation.beside(),
        placeholders={one.name: one.placeholders for one in types if one.placeholders},
        steps=propose.steps_of(shape, intervals),
        breaking_off=propose.breaking_off(shape, quiet),
        never=[step for step in steps if not step.roots],
        total=total,
    )


def _joined(
    observation: Observation, root: str, progress: Callable[[str], None]
) -> tuple[list[Neighbour], list[Neighbour]]:
    """The types that identify the transaction, nearest the root first, and those that only stand beside it."""
    near, known = [root], [root]
    joined: list[Neighbour] = []
    others: list[Neighbour] = []
    for _ in range(_LEVELS):
        progress(f"links of {', '.join(near)}")
        found = observation.neighbours(near, known)
        best: dict[str, Neighbour] = {}
        for one in sorted(filter(propose.joins, found), key=lambda one: (-one.ids, one.name)):
            best.setdefault(one.name, one)
        others += [one for one in found if one.name not in best]
        if not best:
            break
        joined += best.values()
        observation.join(list(best), nearer=known)
        near = list(best)
        known += near
    return joined, others


def _end(question: Question, seen: Sequence[str]) -> str | None:
    if question.end is not None and question.end not in seen:
        raise NotFound(
            f"No {question.root} has a step {question.end} that succeeded.", hint=f"Seen: {', '.join(seen)}."
        )
    return question.end


def _no_such_root(question: Question, types: Sequence[EntityType]) -> NotFound:
    if not types:
        return NotFound(
            f"Tenant {question.tenant} has no spans with a step.",
            hint="Send some: embed the SDK, or fill in history with `spanledger backfill`.",
        )
    seen = ", ".join(f"{one.name} ({one.ids:,} ids on {one.spans:,} spans)" for one in types[:12])
    what = f"No span with a step names an entity of type {question.root}." if question.root else "No root is named."
    return NotFound(what, hint=f"--root TYPE is one of: {seen}.")
