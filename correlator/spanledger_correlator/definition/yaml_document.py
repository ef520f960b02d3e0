"""A YAML document as nodes that know their lines, and the readings of a node that report a mistake on that line.

A reading that fails reports it and returns an empty value, so that one pass finds every mistake of a file. The nodes
are YAML's own, before any value is made of them: a duplicate key is still there, `080` is still the text `080`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from spanledger_correlator.definition.errors import Mistake, did_you_mean, nearest

Place = tuple[str | int, ...]

DEEPEST = 20
"""A definition nests six levels; the limit keeps a hostile file from exhausting the stack."""
_TEXT, _BOOL, _NULL = (f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "null"))


@dataclass(frozen=True, slots=True)
class Document:
    """One file being read: the mistakes found so far, and the line of every place that was visited."""

    path: str
    mistakes: list[Mistake] = field(default_factory=list)
    lines: dict[Place, int] = field(default_factory=dict)

    def fault(self, line: int, what: str, hint: str = "") -> None:
        """Report a mistake on a line."""
        self.mistakes.append(Mistake(self.path, line, what, hint))

    def fault_at(self, place: Place, what: str, hint: str = "") -> None:
        """Report a mistake at a place such as `("steps", 2, "of")`, or at the nearest place around it that has a line."""
        while place and place not in self.lines:
            place = place[:-1]
        self.fault(self.lines.get(place, 1), what, hint)

    def root(self, text: str) -> Entry | None:
        """The document's one value; None, with the mistake reported, if the text is no YAML or empty."""
        yaml = YAML(typ="safe", pure=True)
        yaml.max_depth = DEEPEST
        yaml.composer.warn_double_anchors = False
        try:
            node = yaml.compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.fault(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem or error.context}")
            return None
        except YAMLError as error:
            self.fault(1, f"this is not YAML: {str(error).splitlines()[0]}")
            return None
        if node is None or node.tag == _NULL:
            self.fault(1, "the file is empty", "Start with `process:` or `calendar:`, or take the file away.")
            return None
        return Entry(node, node.start_mark.line + 1, (), self)


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in the document."""

    node: Node
    line: int
    place: Place
    document: Document

    @property
    def name(self) -> str:
        """How messages call it: the nearest key around it."""
        return next((f"`{part}`" for part in reversed(self.place) if isinstance(part, str)), "a definition")

    @property
    def is_mapping(self) -> bool:
        """Whether it holds keys and values."""
        return isinstance(self.node, MappingNode)

    @property
    def first_key(self) -> str:
        """The first key of a mapping: it says what kind of file this is; empty where there is none."""
        if not self.is_mapping or not self.node.value:
            return ""
        return str(getattr(self.node.value[0][0], "value", ""))

    def fault(self, what: str, hint: str = "") -> None:
        """Report a mistake here."""
        self.document.fault(self.line, what, hint)

    def _inner(self, node: Node, part: str | int, line: int) -> Entry:
        entry = Entry(node, line, (*self.place, part), self.document)
        self.document.lines[entry.place] = line
        return entry

    def mapping(self) -> dict[str, Entry]:
        """The values by key. A key that is no text or stands there twice is a mistake."""
        if not self.is_mapping:
            self.fault(f"{self.name} must hold keys and values", "Write `key: value` pairs, or `{key: value}`.")
            return {}
        found: dict[str, Entry] = {}
        for key, value in self.node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or key.tag != _TEXT:
                self.document.fault(line, f"a key in {self.name} is not a text", "Put it in quotes.")
            elif key.value in found:
                first = found[key.value].line
                self.document.fault(line, f"`{key.value}` stands here twice, first on line {first}", "Keep one.")
            else:
                found[key.value] = self._inner(value, key.value, line)
        return found

    def keyed(
        self,
        what: str,
        known: Collection[str],
        *,
        needs: Collection[str] = (),
        not_yet: Mapping[str, str] | None = None,
    ) -> dict[str, Entry]:
        """The values by key, where only the `known` keys make sense and those in `needs` must be there."""
        found = self.mapping()
        unknown = [key for key in found if key not in known]
        for key in unknown:
            entry = found.pop(key)
            if not_yet and key in not_yet:
                entry.fault(not_yet[key], f"Take `{key}` out.")
            else:
                entry.fault(f"{what} has no key `{key}`", did_you_mean(key, known))
        if self.is_mapping:
            mistyped = {nearest(key, known) for key in unknown}
            for key in needs:
                if key not in found and key not in mistyped:
                    self.fault(f"{what} needs the key `{key}`", f"Add `{key}:`.")
        return found

    def single(self, what: str) -> tuple[str, Entry] | None:
        """The key and value of a mapping of exactly one key."""
        found = self.mapping()
        if len(found) == 1:
            return next(iter(found.items()))
        if self.is_mapping:
            self.fault(f"{what} is one name and its rule, here are {len(found)}", "Begin each with a `-` of its own.")
        return None

    def items(self) -> list[Entry]:
        """The values of a list."""
        if not isinstance(self.node, SequenceNode):
            self.fault(f"{self.name} must be a list", "Write `[one, two]`, or a line that begins with `-` for each.")
            return []
        return [self._inner(node, index, node.start_mark.line + 1) for index, node in enumerate(self.node.value)]

    def items_or_one(self) -> list[Entry]:
        """The values of a list; a single value counts as a list of one."""
        return self.items() if isinstance(self.node, SequenceNode) else [self]

    def scalar(self) -> str:
        """The value as it is written, whatever YAML makes of it."""
        if isinstance(self.node, ScalarNode) and self.node.tag != _NULL:
            return str(self.node.value)
        self.fault(f"{self.name} must be a single value", f"Write a value behind {self.name}, or take it out.")
        return ""

    def text(self, *, empty: bool = False) -> str:
        """A text. A number, a date or a bool is a mistake: YAML's reading of it need not be the one that was meant."""
        if not isinstance(self.node, ScalarNode) or self.node.tag == _NULL:
            return self.scalar()
        written = str(self.node.value)
        if self.node.tag != _TEXT:
            self.fault(f"{self.name} must be a text, `{written}` is not", f'Write "{written}", in quotes.')
            return ""
        if not empty and not written.strip():
            self.fault(f"{self.name} is empty", "Write a value, or take the key out.")
        return written

    def flag(self) -> bool:
        """`true` or `false`."""
        if isinstance(self.node, ScalarNode) and self.node.tag == _BOOL:
            return str(self.node.value).lower() == "true"
        self.fault(f"{self.name} must be true or false", "Write `true` or `false`, without quotes.")
        return False

    def word(self, kind: str, known: Collection[str]) -> str:
        """One of the known words."""
        word = self.text()
        if word and word not in known:
            self.fault(f"`{word}` is no {kind}", did_you_mean(word, known))
        return word
