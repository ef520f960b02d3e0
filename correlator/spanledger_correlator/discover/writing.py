"""The proposal as a YAML definition: conclusions as keys, and above each the counts that speak for it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from spanledger_correlator.discover.observed import Interval, Neighbour, StepCounts, Whole
from spanledger_correlator.discover.propose import FEWEST, ProposedStep
from spanledger_correlator.discover.question import Question
from spanledger_correlator.wording import duration_words

_ENTITY_TYPE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_UNITS: Final = ((1, "s", 120), (60, "m", 120), (3600, "h", 72))
"""Seconds of a unit, how a definition writes it, and up to how many of it are readable."""


@dataclass(frozen=True)
class Proposal:
    """All that the text tells. `others` stand beside the root and do not identify it; `never` has no success."""

    question: Question
    whole: Whole
    sampled: bool
    joined: Sequence[Neighbour]
    others: Sequence[Neighbour]
    beside: Mapping[str, tuple[int, int]] = field(hash=False)
    placeholders: Mapping[str, Sequence[str]] = field(hash=False)
    steps: Sequence[ProposedStep]
    breaking_off: Sequence[StepCounts]
    never: Sequence[StepCounts]
    total: Interval | None

    @property
    def related(self) -> list[str]:
        """The types beside the transactions that do not identify them, the most named first."""
        ours = {self.question.root, *(one.name for one in self.joined)}
        return [name for name in self.beside if name not in ours and _ENTITY_TYPE.fullmatch(name)]

    @property
    def finished(self) -> int:
        """How many transactions have the end step."""
        return next(step.counts.roots for step in self.steps if step.end)


def written(proposal: Proposal) -> str:
    """The text of the whole definition."""
    return "\n".join(
        [
            *_head(proposal),
            *_entities(proposal),
            *_amount(proposal),
            *_steps(proposal),
            *_endings(proposal),
            *_sla(proposal),
            "# How bad a delay is, and who must act (`owners`), nobody can see in spans: these rules are a beginning.",
            "severity:",
            *(["  - high: {sla: breached}"] if proposal.total else []),
            "  - medium: {stuck: true}",
            "  - low: {}",
            "",
        ]
    )


def limit(seconds: float) -> str:
    """A duration as a definition writes it, rounded up to a whole unit and never nought: `30 calendar days`, `4h`."""
    for length, unit, most in _UNITS:
        if seconds <= most * length:
            return f"{max(1, math.ceil(seconds / length))}{unit}"
    return f"{math.ceil(seconds / 86_400)} calendar days"


def _head(proposal: Proposal) -> Iterator[str]:
    whole, question = proposal.whole, proposal.question
    root = question.root.replace("_", " ")
    name = question.process or f"{question.root.replace('_', '-')}-flow"
    yield "# Proposed by `spanledger discover` from what was observed: read it, correct it, and give it a version."
    since = f" that began since {question.since:%Y-%m-%d %H:%M} UTC" if question.since else ""
    sample = " (a sample: there are more)" if proposal.sampled else ""
    yield f"# {whole.roots:,} transactions{since}{sample}, {whole.spans:,} spans, {whole.first_day} to {whole.last_day}."
    yield f"# {proposal.finished:,} of them are finished: they have the step that ends the process."
    yield f"process: {name}"
    yield "version: 1"
    yield f"effective_from: {whole.first_day}"
    yield f"title: {json.dumps(name.replace('-', ' ').capitalize())}"
    yield from _impact(proposal)
    yield f"# One transaction for each {root} that a span names."
    yield f"entity: {question.root}"


def _impact(proposal: Proposal) -> Iterator[str]:
    stated: dict[str, int] = {}
    for step in proposal.steps:
        for impact, spans in step.counts.impacts.items():
            if impact in {"revenue", "client", "compliance", "reporting"}:
                stated[impact] = stated.get(impact, 0) + spans
    if stated:
        yield f"# Stated by spans: {_counted(stated)}."
    else:
        yield "# No span states what suffers: revenue, client, compliance or reporting. Choose."
    yield f"impact: {max(stated, key=lambda impact: stated[impact], default='reporting')}"


def _entities(proposal: Proposal) -> Iterator[str]:
    root = proposal.question.root
    if proposal.joined:
        yield "# These identify the transaction, too, once a span has linked them to it."
        yield "joined_by:"
        for one in proposal.joined:
            yield f"  # {_neighbour(one, root)}; {one.alone:,} spans name one and nothing nearer."
            yield f"  - {one.name}"
    reasons = {one.name: one for one in proposal.others}
    if proposal.related:
        yield "# Beside it; stitching by a type whose ids are shared would weld transactions together."
        yield "relates_to:"
        for name in proposal.related:
            on, ids = proposal.beside[name]
            known = f" {_neighbour(reasons[name], root)}." if name in reasons else ""
            yield f"  # On {on:,} spans, {ids:,} ids.{known}"
            yield f"  - {name}"
    known_types = {root, *(one.name for one in proposal.joined), *proposal.related}
    placeholders = {kind: ids for kind, ids in proposal.placeholders.items() if kind in known_types}
    if placeholders:
        yield "# Ids that were seen and name nothing; they were left out of all counts."
        yield "ignore_ids:"
        for kind, seen in placeholders.items():
            yield f"  {kind}: {json.dumps(list(seen), ensure_ascii=False)}"


def _neighbour(one: Neighbour, root: str) -> str:
    return f"{one.ids:,} ids, {one.singles:,} ({_share(one.singles, one.ids)}) of one {root} only, at most {one.most:,}"


def _amount(proposal: Proposal) -> Iterator[str]:
    root = proposal.question.root
    own = [step.counts for step in proposal.steps if step.counts.amounts and step.counts.name.startswith(f"{root}.")]
    if own:
        best = max(own, key=lambda step: step.amounts)
        yield f"# {best.amounts:,} of its spans carry an amount, in {', '.join(best.currencies) or 'no currency'}."
        yield f"amount_from: {best.name}"


def _steps(proposal: Proposal) -> Iterator[str]:
    yield "# In the order in which they mostly come. Required is what begins and ends the process, and what 95 % of the finished"
    yield "# transactions have; `many` what 1 % of those that have it repeat. `within` is the 95th percentile, rounded up."
    yield "steps:"
    for step in proposal.steps:
        yield from (f"  # {line}" for line in _evidence(step, proposal))
        yield from _keys(step)


def _evidence(step: ProposedStep, proposal: Proposal) -> Iterator[str]:
    counts, finished = step.counts, proposal.finished
    yield (
        f"In {counts.roots:,} of {proposal.whole.roots:,} transactions, in {step.finished:,} "
        f"({_share(step.finished, finished)}) of the finished; {counts.successes:,} successes, "
        f"repeated in {counts.repeated:,} ({_share(counts.repeated, counts.roots)})."
    )
    told = [f"Refused attempts: {counts.refused:,}."] if counts.refused else []
    told += [f"Begins {counts.begins:,} transactions."] if step.start else []
    told += [f"Ends {counts.ends:,} transactions."] if step.end else []
    if len([system for system in counts.systems if system]) > 1:
        told.append(f"Systems: {_counted(counts.systems)}.")
    if told:
        yield " ".join(told)
    if step.interval and step.interval.times:
        yield f"After {step.interval.anchor}: {_percentiles(step.interval)}."


def _keys(step: ProposedStep) -> Iterator[str]:
    yield f"  - step: {step.counts.name}"
    system = max(step.counts.systems, key=lambda name: step.counts.systems[name], default="")
    yield f"    system: {json.dumps(system or 'unknown', ensure_ascii=False)}"
    if step.start:
        yield "    start: true"
    if not step.required:
        yield "    required: false"
    if step.many:
        yield "    many: true"
    interval = step.interval
    if step.required and not step.start and interval and interval.times >= FEWEST:
        yield f"    within: {limit(interval.p95)}"
        yield f"    of: {interval.anchor}"
    if step.end:
        yield "    end: true"


def _endings(proposal: Proposal) -> Iterator[str]:
    if proposal.breaking_off:
        yield "# After these nothing came, for longer than 95 % of the finished transactions take in all: called off, lost, or"
        yield "# stuck there. What calls off belongs under `cancelled_by`, what is lost under `failed_by`, and not in `steps`."
        for step in proposal.breaking_off:
            yield f"#   {step.name}: in {step.roots:,} transactions, the last step of {step.ends:,}."
    if proposal.never:
        names = ", ".join(step.name for step in proposal.never)
        yield f"# Tried and never a success, so no step of this proposal: {names}."


def _sla(proposal: Proposal) -> Iterator[str]:
    total = proposal.total
    if total and total.times:
        yield f"# From {total.anchor} to {total.step}: {_percentiles(total)}."
        yield "sla:"
        yield f"  target: {limit(total.p95)}"


def _percentiles(interval: Interval) -> str:
    before = f"; in {interval.before:,} it came before" if interval.before else ""
    return (
        f"p50 {_words(interval.p50)}, p90 {_words(interval.p90)}, p95 {_words(interval.p95)} "
        f"({interval.times:,} transactions{before})"
    )


def _words(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else duration_words(timedelta(seconds=seconds))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _counted(counts: Mapping[str, int]) -> str:
    known = sorted(((name, spans) for name, spans in counts.items() if name), key=lambda pair: -pair[1])
    return ", ".join(f"{name} ({spans:,} spans)" for name, spans in known)
