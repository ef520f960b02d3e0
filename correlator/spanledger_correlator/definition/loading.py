"""Process definitions from YAML: the pack in this package and the user's own, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from spanledger_correlator.definition.checks import check
from spanledger_correlator.definition.errors import Mistake, refusal
from spanledger_correlator.definition.model import Definitions, ProcessDefinition
from spanledger_correlator.definition.reading import read_process
from spanledger_correlator.definition.yaml_document import Document

PACK = Path(__file__).parents[1] / "pack"
SUFFIXES = (".yaml", ".yml")


def load_definitions(paths: Iterable[Path], *, pack: bool = True) -> Definitions:
    """The definitions of files and directories (their `.yaml` and `.yml`, not below), with the pack unless declined.

    A version of a process may stand in one file only, and a higher version takes effect no earlier than a lower one;
    so of the versions in force the highest counts. Raises DefinitionInvalid with every mistake of every file.
    """
    mistakes: list[Mistake] = []
    readings: list[Reading] = []
    for path in _files([PACK, *paths] if pack else paths, mistakes):
        document = Document(str(path))
        text = _text(path, document)
        definition = None if text is None else _read(text, document)
        mistakes += document.mistakes
        if definition is not None:
            readings.append(Reading(definition, document))
    mistakes += _disagreements(readings)
    if mistakes:
        raise refusal(mistakes)
    return Definitions(reading.definition for reading in readings)


def parse_definition(text: str, path: str = "<text>") -> ProcessDefinition:
    """The definition that a YAML text states; DefinitionInvalid, which calls it `path`, for any mistake in it."""
    document = Document(path)
    definition = _read(text, document)
    if definition is None:
        raise refusal(document.mistakes)
    return definition


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


def _read(text: str, document: Document) -> ProcessDefinition | None:
    """None, with the mistakes reported, for a text that states no definition."""
    root = document.root(text)
    if root is None:
        return None
    definition = read_process(root, text)
    if not document.mistakes:
        check(definition, document)
    return None if document.mistakes else definition


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
