"""Process definitions and calendars from YAML: the pack in this package and the user's own, all or nothing.

A file's first key says what it is: `process`, `calendar`, or one of `flow_loading.KINDS`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spanledger_correlator.definition import flow_loading
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.calendar_reading import read_calendar
from spanledger_correlator.definition.checks import check
from spanledger_correlator.definition.errors import Mistake, refusal
from spanledger_correlator.definition.model import Definitions, ProcessDefinition, Rate
from spanledger_correlator.definition.pack import PACK_CALENDARS, pack_files
from spanledger_correlator.definition.rates import FILE_NAME, disagreements, read_rates
from spanledger_correlator.definition.reading import read_process
from spanledger_correlator.definition.reconciliation_model import Reconciliation
from spanledger_correlator.definition.replay_model import ReplayRule
from spanledger_correlator.definition.source_model import SourceRule
from spanledger_correlator.definition.yaml_document import Document, Entry

SUFFIXES = (".yaml", ".yml")


def load_definitions(paths: Iterable[Path], *, pack: bool | Collection[str] = True) -> Definitions:
    """The definitions of files and directories (their `.yaml` and `.yml`, not below), with the pack unless declined.

    Names in `pack` choose some of its processes.

    A version of a process may stand in one file only, and a higher version takes effect no earlier than a lower one;
    so of the versions in force the highest counts. The pack's calendars are always there; one of the user's replaces
    that of the same name. A folder may hold a table of exchange rates, `rates.csv`. Raises DefinitionInvalid with every mistake of every file.
    """
    mistakes: list[Mistake] = []
    paths = list(paths)
    documents: list[tuple[Entry, str]] = []
    for path in _files([*pack_files(pack), *paths], mistakes):
        document = Document(str(path))
        text = _text(path, document)
        root = None if text is None else document.root(text)
        mistakes += document.mistakes
        if root is not None and text is not None:
            documents.append((root, text))
    calendars = _calendars([one for one in documents if one[0].first_key == "calendar"], mistakes)
    flows = flow_loading.read(documents, calendars, mistakes)
    readings: list[Reading] = []
    for root, text in documents:
        if root.first_key in {"calendar", *flow_loading.KINDS}:
            continue
        definition = _process(root, text, calendars)
        mistakes += root.document.mistakes
        if definition is not None:
            readings.append(Reading(definition, root.document))
    mistakes += _disagreements(readings)
    rates = _rates(paths, mistakes)
    if mistakes:
        raise refusal(mistakes)
    return Definitions(
        (reading.definition for reading in readings),
        calendars.values(),
        sources=flows.sources,
        rates=rates,
        reconciliations=flows.reconciliations,
        replays=flows.replays,
    )


def parse_definition(
    text: str, path: str = "<text>", calendars: Mapping[str, Calendar] | None = None
) -> ProcessDefinition:
    """The definition that a YAML text states; DefinitionInvalid, which calls it `path`, for any mistake in it.

    It may count by these calendars; by default by the pack's.
    """
    document = Document(path)
    root = document.root(text)
    definition = None if root is None else _process(root, text, pack_calendars() if calendars is None else calendars)
    if definition is None:
        raise refusal(document.mistakes)
    return definition


def parse_calendar(text: str, path: str = "<text>") -> Calendar:
    """The calendar that a YAML text states; DefinitionInvalid, which calls it `path`, for any mistake in it."""
    document = Document(path)
    root = document.root(text)
    calendar = None if root is None else read_calendar(root, text)
    if calendar is None or document.mistakes:
        raise refusal(document.mistakes)
    return calendar


def parse_source(text: str, path: str = "<text>") -> SourceRule:
    """The source that a YAML text states, counting by the pack's calendars; DefinitionInvalid for any mistake in it."""
    return flow_loading.parse(text, path, pack_calendars()).sources[0]


def is_calendar(text: str) -> bool:
    """Whether a YAML text is a calendar: its first key says so."""
    root = Document("<text>").root(text)
    return root is not None and root.first_key == "calendar"


def parse_reconciliation(text: str, path: str = "<text>") -> Reconciliation:
    """The reconciliation that a YAML text states; DefinitionInvalid, which calls it `path`, for any mistake in it."""
    return flow_loading.parse(text, path, pack_calendars()).reconciliations[0]


def parse_replay(text: str, path: str = "<text>") -> ReplayRule:
    """The replay endpoint that a YAML text states; DefinitionInvalid, which calls it `path`, for any mistake in it."""
    return flow_loading.parse(text, path, pack_calendars()).replays[0]


@cache
def pack_calendars() -> Mapping[str, Calendar]:
    """The calendars of the pack by name."""
    found = [
        parse_calendar(path.read_text(encoding="utf-8"), str(path)) for path in sorted(PACK_CALENDARS.glob("*.yaml"))
    ]
    return {calendar.name: calendar for calendar in found}


@dataclass(frozen=True, slots=True)
class Reading:
    """A definition and the document it came from, which knows its lines."""

    definition: ProcessDefinition
    document: Document

    def mistake(self, key: str, what: str, hint: str) -> Mistake:
        """A mistake on the line of a key."""
        return Mistake(self.document.path, self.document.lines[(key,)], what, hint)


def _files(paths: Iterable[Path], mistakes: list[Mistake]) -> list[Path]:
    """Each file once, however often it was named."""
    files: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES and file.is_file())
        elif path.exists():
            found = [path]
        else:
            mistakes.append(Mistake(str(path), 1, "there is no such file or directory", "Correct the path."))
            found = []
        for file in found:
            files.setdefault(file.resolve(), file)
    return list(files.values())


def _rates(paths: Iterable[Path], mistakes: list[Mistake]) -> list[Rate]:
    """What the tables of rates in these folders state."""
    files = [path / FILE_NAME for path in paths if (path / FILE_NAME).is_file()]
    tables = [(file, read_rates(file, mistakes)) for file in {file.resolve(): file for file in files}.values()]
    mistakes += disagreements(tables)
    return [rate for _, rates in tables for rate in rates]


def _text(path: Path, document: Document) -> str | None:
    try:
        raw = path.read_bytes()
    except OSError as error:
        document.fault(1, f"the file cannot be read: {error.strerror}", "Let this process read it.")
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        document.fault(raw[: error.start].count(b"\n") + 1, "the file is not UTF-8 here", "Save it as UTF-8.")
        return None


def _process(root: Entry, text: str, calendars: Mapping[str, Calendar]) -> ProcessDefinition | None:
    """None, with the mistakes reported, for a document that states no definition."""
    document = root.document
    definition = read_process(root, text)
    if not document.mistakes:
        check(definition, document, calendars)
    return None if document.mistakes else definition


def _calendars(documents: Iterable[tuple[Entry, str]], mistakes: list[Mistake]) -> dict[str, Calendar]:
    """The pack's calendars and those of these documents by name; one with mistakes is there too, so that it is known."""
    own: dict[str, Calendar] = {}
    for root, text in documents:
        calendar = read_calendar(root, text)
        before = own.setdefault(calendar.name, calendar)
        if before is not calendar and calendar.name:
            what = f"the calendar `{calendar.name}` stands in {before.path} already"
            root.document.fault_at(("calendar",), what, "Give one of them another name.")
        mistakes += root.document.mistakes
    return {**pack_calendars(), **own}


def _disagreements(readings: Iterable[Reading]) -> Iterator[Mistake]:
    """What two versions of a process say against each other, told of the higher version, or of the later file."""
    lower: dict[str, ProcessDefinition] = {}
    for reading in sorted(readings, key=lambda one: (one.definition.process, one.definition.version)):
        this = reading.definition
        before = lower.setdefault(this.process, this)
        lower[this.process] = this
        if before is this:
            continue
        if this.version == before.version:
            what = f"version {this.version} of {this.process} stands in {before.path} already"
            yield reading.mistake("version", what, f"Give this one a higher version: {this.version + 1}.")
        elif this.effective_from < before.effective_from:
            what = f"version {this.version} takes effect before version {before.version} ({before.path})"
            hint = f"Write {before.effective_from.isoformat()} or later."
            yield reading.mistake("effective_from", what, hint)
        if this.entity != before.entity:
            what = f"the root was `{before.entity}` in version {before.version} ({before.path}), and keys depend on it"
            yield reading.mistake("entity", what, "Give the new flow a process name of its own.")
