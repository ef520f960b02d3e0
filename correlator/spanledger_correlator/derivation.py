"""What is derived from spans, and what the derived tables of a store stand on.

A store's answers stand on definitions and on the statements of one version of this package. When either is another now,
everything is derived anew, beside what stands (`rebuilding.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions, ProcessDefinition
from spanledger_store import Store

DERIVED = (
    "correlated_batches",
    "facts",
    "namings",
    "waiting",
    "links",
    "alias_edges",
    "canonical_ids",
    "canonical_members",
    "entity_attributes",
    "claims",
    "superseded_copies",
    "seen_spans",
    "spans_trace_id_ts",
    "beside",
    "contested_traces",
    "reached",
    "unattached",
    "transactions",
    "open_transactions",
)
"""The tables that follow from spans, definitions and what people decided: a rebuild makes each of them anew."""

RULES = ("process_rules",)
"""Tables made of definitions: a rebuild goes on from what they hold, and they change together with the derived ones."""

_PACKAGE = resources.files("spanledger_correlator")


@dataclass(frozen=True)
class Derivation:
    """The definitions in force that derived tables stand on, as texts, and the fingerprint of what derived them."""

    fingerprint: str
    texts: tuple[str, ...]

    @classmethod
    def of(cls, in_force: Iterable[ProcessDefinition]) -> Derivation:
        """What would stand if everything were derived now, by these versions."""
        return cls(fingerprint(), tuple(definition.text for definition in in_force))


def standing(store: Store) -> Derivation | None:
    """What the store's derived tables stand on; None if nobody has said."""
    rows = store.query("SELECT Fingerprint, Texts FROM derivations ORDER BY StandsSince DESC LIMIT 1").result_rows
    return Derivation(rows[0][0], tuple(rows[0][1])) if rows else None


def stand(store: Store, derivation: Derivation) -> None:
    """Record that the store's derived tables stand on this."""
    store.insert("derivations", [[derivation.fingerprint, list(derivation.texts)]], ["Fingerprint", "Texts"])


def remember(store: Store, definitions: Definitions, at: str) -> None:
    """Record that these definitions are the known ones from `at` on (UTC, nanoseconds), if others were before."""
    texts = [definition.text for definition in definitions]
    known = store.query("SELECT Texts FROM definition_sets ORDER BY RecordedAt DESC LIMIT 1").result_rows
    if not known or known[0][0] != texts:
        store.command(
            "INSERT INTO definition_sets SELECT {at:DateTime64(9, 'UTC')}, {texts:Array(String)}",
            {"at": at, "texts": texts},
        )


def known_at(store: Store, moment: datetime) -> Definitions | None:
    """The definitions that were known at a moment; before the first that were recorded, those. None if none ever were."""
    rows = store.query(
        "SELECT Texts FROM definition_sets "
        "ORDER BY RecordedAt <= {moment:DateTime64(9, 'UTC')} DESC, abs(dateDiff('ns', RecordedAt, {moment:DateTime64(9, 'UTC')})) LIMIT 1",
        {"moment": moment},
    ).result_rows
    return Definitions(parsed(text) for text in rows[0][0]) if rows else None


@cache
def parsed(text: str) -> ProcessDefinition:
    """A definition that was read before. Raises DefinitionInvalid if the grammar has left it behind."""
    return parse_definition(text, "a definition of the past")


@cache
def fingerprint() -> str:
    """A digest of what turns spans and definitions into derived rows: the package's statements and rule columns."""
    digest = hashlib.sha256()
    for name, content in _sources():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:32]


def _sources() -> Iterator[tuple[str, bytes]]:
    for name in ("evaluation.py", "extract.py", "rules.py", "stitch.py", "walk.py", "judge.py", "aliases.py"):
        yield name, (_PACKAGE / name).read_bytes()
    yield from _files(_PACKAGE / "sql")


def _files(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "reading":
                yield from _files(entry)
        else:
            yield entry.name, entry.read_bytes()
