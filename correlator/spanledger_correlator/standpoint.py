"""Standpoints: a branch of the store that stands on other definitions than the store does, to look at history by them.

A back-test stands on a changed definition, a question as of a past day on the definitions that were known then. Where
these read spans as the store's own do (they differ in deadlines, severity, owners), the branch has rules of its own and
sees the store's facts; else it extracts its own.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from spanledger_correlator import branch, rules
from spanledger_correlator.definition.model import Definitions, ProcessDefinition, StepRule
from spanledger_correlator.derivation import EXTRACTED, fingerprint, known_at, read, standing
from spanledger_correlator.extract import extract
from spanledger_correlator.inbox import Inbox
from spanledger_correlator.rules import Vocabulary
from spanledger_correlator.workspace import Workspace
from spanledger_store import Store
from spanledger_store.errors import DefinitionInvalid

_log = logging.getLogger(__name__)
_kept: weakref.WeakKeyDictionary[Store, dict[str, Store]] = weakref.WeakKeyDictionary()
_KEPT_AT_MOST = 4
_growing = threading.Lock()

_JUDGING = {
    "version", "effective_from", "title", "impact", "relates_to", "owners", "amount_from", "sla", "severity", "text",
    "path", "calendar", "pauses", "skew",
}  # fmt: skip
_JUDGING_STEPS = {
    "system", "start", "end", "required", "required_when", "grace_ns", "within", "of", "calendar", "tiers", "due_from",
}  # fmt: skip
"""What a definition says that is no matter of reading spans. What is not named here counts as one, to be safe."""

_SPANS_AT_ONCE = 150_000


def stand_on(
    store: Store,
    beside: Store,
    definitions: Sequence[ProcessDefinition],
    standing: Sequence[ProcessDefinition],
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Fill the empty branch `beside` so that these definitions can be asked; `standing` are the store's own."""
    own = () if reading_of(definitions) == reading_of(standing) else EXTRACTED
    branch.grow(store, beside, own)
    rules.record(beside, definitions)
    if own:
        _extract_all(beside, Vocabulary.of(definitions), progress)


def reading_of(definitions: Sequence[ProcessDefinition]) -> list[str]:
    """What these definitions say about reading spans; two sets that say the same extract the same facts."""
    return sorted(repr(_without(definition, _JUDGING) | {"steps": _steps(definition)}) for definition in definitions)


def _steps(definition: ProcessDefinition) -> list[dict[str, Any]]:
    # Which steps there are counts, and not their order.
    return sorted((_without(step, _JUDGING_STEPS) for step in definition.steps), key=lambda step: str(step["name"]))


def _without(said: ProcessDefinition | StepRule, names: set[str]) -> dict[str, Any]:
    return {field.name: getattr(said, field.name) for field in fields(said) if field.name not in names}


def _extract_all(beside: Store, vocabulary: Vocabulary, progress: Callable[[float], None]) -> None:
    work, inbox = Workspace(beside, vocabulary), Inbox(beside)
    groups = list(inbox.groups(_SPANS_AT_ONCE))
    for number, batches in enumerate(groups, 1):
        extract(work, batches)
        inbox.mark(batches)
        progress(number / len(groups))


def only(vocabulary: Vocabulary, process: str) -> Vocabulary:
    """The vocabulary in which one process alone is stitched and judged, and all others still say how spans are read."""
    return replace(vocabulary, active=[one for one in vocabulary.active if one[0] == process])


@dataclass(frozen=True)
class Then:
    """From where a question about a past moment is answered: a store, and the definitions it is asked by."""

    store: Store
    definitions: Definitions


def then(store: Store, loaded: Definitions, as_of: datetime) -> Then:
    """Where the definitions that were known at a moment can be asked: the store itself, if it reads spans as they do.

    Else a branch that is kept for the next such question; of several the ones asked last.
    """
    try:
        known = known_at(store, as_of) or loaded
    except DefinitionInvalid:
        _log.warning("The definitions of %s can no longer be read; those of now are asked instead.", as_of)
        known = loaded
    in_force = known.in_force(as_of)
    stands = standing(store)
    ruling = list(read(stands.texts)) if stands else loaded.in_force(datetime.now(UTC))
    same_reading = reading_of(in_force) == reading_of(ruling)
    if same_reading and _has_rules(store, in_force):
        return Then(store, known)
    with _growing:
        return Then(_kept_branch(store, in_force, own=not same_reading), known)


def _has_rules(store: Store, definitions: Sequence[ProcessDefinition]) -> bool:
    """Whether the store would judge by these very texts."""
    wanted = {(one.process, one.version): one.text for one in definitions}
    rows = store.query("SELECT Process, Version, Source FROM process_rules FINAL").result_rows
    held = {(row[0], row[1]): row[2] for row in rows}
    return all(held.get(version) == text for version, text in wanted.items())


def _kept_branch(store: Store, definitions: Sequence[ProcessDefinition], *, own: bool) -> Store:
    branches = _kept.setdefault(store, {})
    said = "\0".join([fingerprint(), str(own), *(one.text for one in definitions)])
    name = f"then_{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    beside = branches.pop(name, None)
    if beside is None:
        database = branch.branch_database(store, name)
        branch.drop(store, database)
        beside = store.sibling(database)
        branch.grow(store, beside, EXTRACTED if own else ())
        rules.record(beside, definitions)
    if own:
        _extract_all(beside, Vocabulary.of(definitions), lambda _: None)
    branches[name] = beside
    while len(branches) > _KEPT_AT_MOST:
        oldest = next(iter(branches))
        branches.pop(oldest).close()
        branch.drop(store, branch.branch_database(store, oldest))
    return beside
