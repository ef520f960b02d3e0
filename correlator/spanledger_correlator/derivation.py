"""What is derived from spans, and what the derived tables of a store stand on.

A store's answers stand on definitions and on the statements of one version of this package. When either is another now,
everything is derived anew, beside what stands (`rebuilding.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from spanledger_correlator.calendars import calendar_names, version
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.loading import is_calendar, pack_calendars, parse_calendar, parse_definition
from spanledger_correlator.definition.model import Definitions, ProcessDefinition
from spanledger_store import Store

EXTRACTED = (
    "correlated_batches",
    "facts",
    "namings",
    "waiting",
    "links",
    "alias_edges",
    "entity_attributes",
    "claims",
    "superseded_copies",
    "seen_spans",
    "spans_trace_id_ts",
    "producer_runs",
)
"""What each span says by itself, as the definitions read it."""

DERIVED = (
    *EXTRACTED,
    "canonical_ids",
    "canonical_members",
    "beside",
    "contested_traces",
    "reached",
    "unattached",
    "transactions",
    "verdicts",
    "open_verdicts",
)
"""The tables that follow from spans, definitions and what people decided: a rebuild makes each of them anew."""

RULES = ("process_rules",)
"""Tables made of definitions: a rebuild goes on from what they hold, and they change together with the derived ones."""

_READERS = ("backtest", "diagnosis", "reading", "silence", "reconciliation", "totals", "sequences")
"""Folders of statements that answer questions and derive nothing."""

_PACKAGE = resources.files("spanledger_correlator")


@dataclass(frozen=True)
class Derivation:
    """The definitions in force that derived tables stand on, with their calendars, as texts, and what derived them."""

    fingerprint: str
    texts: tuple[str, ...]

    @classmethod
    def of(cls, in_force: Iterable[ProcessDefinition], calendars: Mapping[str, Calendar]) -> Derivation:
        """What would stand if everything were derived now, by these versions and by those of the calendars they name."""
        return cls(fingerprint(), tuple(texts(in_force, calendars)))


def standing(store: Store) -> Derivation | None:
    """What the store's derived tables stand on; None if nobody has said."""
    rows = store.query("SELECT Fingerprint, Texts FROM derivations ORDER BY StandsSince DESC LIMIT 1").result_rows
    return Derivation(rows[0][0], tuple(rows[0][1])) if rows else None


def stand(store: Store, derivation: Derivation) -> None:
    """Record that the store's derived tables stand on this."""
    store.insert("derivations", [[derivation.fingerprint, list(derivation.texts)]], ["Fingerprint", "Texts"])


def remember(store: Store, definitions: Definitions, at: str) -> None:
    """Record that these definitions are the known ones from `at` on (UTC, nanoseconds), if others were before."""
    written = texts(definitions, definitions.calendars)
    known = store.query("SELECT Texts FROM definition_sets ORDER BY RecordedAt DESC LIMIT 1").result_rows
    if not known or known[0][0] != written:
        store.command(
            "INSERT INTO definition_sets SELECT {at:DateTime64(9, 'UTC')}, {texts:Array(String)}",
            {"at": at, "texts": written},
        )


def known_at(store: Store, moment: datetime) -> Definitions | None:
    """The definitions that were known at a moment; before the first that were recorded, those. None if none ever were."""
    rows = store.query(
        "SELECT Texts FROM definition_sets "
        "ORDER BY RecordedAt <= {moment:DateTime64(9, 'UTC')} DESC, abs(dateDiff('ns', RecordedAt, {moment:DateTime64(9, 'UTC')})) LIMIT 1",
        {"moment": moment},
    ).result_rows
    return read(tuple(rows[0][0])) if rows else None


def texts(definitions: Iterable[ProcessDefinition], calendars: Mapping[str, Calendar]) -> list[str]:
    """The definitions as texts, and behind them the calendars they name: each ends with its version, as a comment."""
    versions = list(definitions)
    named = sorted({name for one in versions for name in calendar_names(one)} & calendars.keys())
    return [
        *(one.text for one in versions),
        *(f"{calendars[name].text}\n# version {version(calendars[name])}\n" for name in named),
    ]


@cache
def read(written: tuple[str, ...]) -> Definitions:
    """Definitions and calendars that were read before. Raises DefinitionInvalid if the grammar has left one behind."""
    calendars = {one.name: one for one in map(parse_calendar, filter(is_calendar, written))}
    known = {**pack_calendars(), **calendars}
    return Definitions(
        (parse_definition(text, "a definition of the past", known) for text in written if not is_calendar(text)),
        known.values(),
    )


@cache
def fingerprint() -> str:
    """A digest of what turns spans and definitions into derived rows: the package's statements and rule columns."""
    digest = hashlib.sha256()
    for name, content in _sources():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:32]


def _sources() -> Iterator[tuple[str, bytes]]:
    for name in (
        "evaluation.py",
        "extract.py",
        "rules.py",
        "budgets.py",
        "stitch.py",
        "walk.py",
        "judge.py",
        "kept_verdicts.py",
        "verdicts.py",
        "aliases.py",
        "corrections/heeding.py",
    ):
        yield name, (_PACKAGE / name).read_bytes()
    yield from _files(_PACKAGE / "sql")


def _files(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name not in _READERS:
                yield from _files(entry)
        else:
            yield entry.name, entry.read_bytes()
