"""What stands in files of its own beside processes and calendars: sources, reconciliations and replay endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.errors import Mistake, refusal
from spanledger_correlator.definition.reconciliation_model import Reconciliation
from spanledger_correlator.definition.reconciliation_reading import read_reconciliation
from spanledger_correlator.definition.replay_model import ReplayRule
from spanledger_correlator.definition.replay_reading import read_replay
from spanledger_correlator.definition.source_model import SourceRule
from spanledger_correlator.definition.source_reading import read_source
from spanledger_correlator.definition.yaml_document import Document, Entry

Rule = TypeVar("Rule", SourceRule, Reconciliation, ReplayRule)
KINDS: Final = ("source", "reconciliation", "replay")
"""The first keys that tell these files from others."""


@dataclass(frozen=True, slots=True)
class Flows:
    """What was declared, in the order of the files."""

    sources: tuple[SourceRule, ...]
    reconciliations: tuple[Reconciliation, ...]
    replays: tuple[ReplayRule, ...]


def read(documents: Iterable[tuple[Entry, str]], calendars: Mapping[str, Calendar], mistakes: list[Mistake]) -> Flows:
    """What these documents declare of these kinds; others are passed over, mistakes are added to the list."""
    sources: dict[str, SourceRule] = {}
    reconciliations: dict[str, Reconciliation] = {}
    replays: dict[str, ReplayRule] = {}
    for root, text in documents:
        if root.first_key == "source":
            source = read_source(root, text, calendars)
            _keep(sources, source, root, mistakes)
        elif root.first_key == "reconciliation":
            rule = read_reconciliation(root, text, calendars)
            _keep(reconciliations, rule, root, mistakes)
        elif root.first_key == "replay":
            _keep(replays, read_replay(root, text), root, mistakes)
    return Flows(tuple(sources.values()), tuple(reconciliations.values()), tuple(replays.values()))


def _keep(rules: dict[str, Rule], rule: Rule, root: Entry, mistakes: list[Mistake]) -> None:
    before = rules.setdefault(rule.name, rule)
    if before is not rule and rule.name:
        what = f"the {root.first_key} `{rule.name}` stands in {before.path} already"
        root.document.fault_at((root.first_key,), what, "Give one of them another name.")
    mistakes += root.document.mistakes


def parse(text: str, path: str, calendars: Mapping[str, Calendar]) -> Flows:
    """What one text declares of these kinds. Raises DefinitionInvalid for any mistake in it, or if that is nothing."""
    document = Document(path)
    root = document.root(text)
    if root is not None and root.first_key not in KINDS:
        root.fault("the text declares none of these", f"Begin with {' or '.join(f'`{kind}:`' for kind in KINDS)}.")
    mistakes: list[Mistake] = []
    flows = None if root is None else read([(root, text)], calendars, mistakes)
    if flows is None or document.mistakes:
        raise refusal(document.mistakes)
    return flows
