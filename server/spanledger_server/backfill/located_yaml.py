"""YAML as plain texts, with the line of every place: `080` stays `080`, and a mistake can be shown where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Place = tuple[str | int, ...]
Value = str | list["Value"] | dict[str, "Value"] | None

_NULL = "tag:yaml.org,2002:null"
DEEPEST = 20
"""A mapping nests four levels; the limit keeps a broken file from exhausting the stack."""


class NotYaml(ValueError):
    """The text is no YAML; `line` counts from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(slots=True)
class Located:
    """A document's value, and the line (from 1) of every place in it."""

    value: Value = None
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place around it that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(text: str) -> Located:
    """The document of a text. Raises NotYaml, also for a key that stands twice in one place."""
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = DEEPEST
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(mark.line + 1 if mark else 1, str(error.problem or error.context)) from error
    except YAMLError as error:
        raise NotYaml(1, str(error).splitlines()[0]) from error
    located = Located()
    if node is not None:
        located.value = _value(node, (), located.lines)
    return located


def _value(node: Node, place: Place, lines: dict[Place, int]) -> Value:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return None if node.tag == _NULL else str(node.value)
    if isinstance(node, SequenceNode):
        return [_value(item, (*place, index), lines) for index, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    found: dict[str, Value] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        name = str(key.value)
        if name in found:
            raise NotYaml(line, f"`{name}` stands here twice, first on line {lines[*place, name]}")
        lines[*place, name] = line
        found[name] = _value(value, (*place, name), lines)
    return found
