"""The page of each process of the pack, made from its definition: a diagram, deadlines, owners, SLA and severity.

A page repeats what the file says, in its own words: so a key that a definition comes to use is on its page at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML

from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import ProcessDefinition
from spanledger_server.process_diagram import diagram
from spanledger_server.process_notes import introduction, step_notes

MADE_BY = "<!-- Made by `make docs` from the code; edit the code. -->"
_SOURCE = "../../correlator/spanledger_correlator/pack"
# What a row of the table of steps says by itself.
_TOLD = frozenset({"step", "system", "within", "of", "grace", "required"})


def process_pages() -> dict[str, str]:
    """The text of every page by its file name below docs/, the index included."""
    pack = list(load_definitions([]))
    return {
        "processes/README.md": "\n".join([*_index(pack), ""]),
        **{f"processes/{one.process}.md": "\n".join([*_page(one, pack), ""]) for one in pack},
    }


def _index(pack: list[ProcessDefinition]) -> Iterator[str]:
    yield "# The pack: processes of a professional-services firm"
    yield ""
    yield MADE_BY
    yield ""
    yield "The definitions that come along. `--pack` chooses among them; [definitions.md](../definitions.md) says how to"
    yield "change one or write your own."
    yield ""
    yield "| process | one per | steps | impact | SLA |"
    yield "|---|---|---|---|---|"
    for one in pack:
        sla = _document(one).get("sla", {}).get("target", "")
        yield f"| [{one.process}]({one.process}.md) | {one.entity} | {len(one.steps)} | {one.impact} | {sla} |"


def _page(definition: ProcessDefinition, pack: list[ProcessDefinition]) -> Iterator[str]:
    document = _document(definition)
    yield f"# {definition.title}"
    yield ""
    yield MADE_BY
    yield ""
    yield from introduction(definition.text)
    yield ""
    yield "```mermaid"
    yield from diagram(document)
    yield "```"
    yield ""
    yield from _identity(definition, document, pack)
    yield ""
    yield "## Steps"
    yield ""
    yield from _steps(document, step_notes(definition.text))
    yield ""
    yield "## Who must act"
    yield ""
    yield "The first rule that matches counts."
    yield ""
    yield from _rules("owner", document.get("owners", []), always="whatever else")
    if "sla" in document:
        yield ""
        yield "## SLA"
        yield ""
        yield from _sla(document["sla"])
    yield ""
    yield "## Severity"
    yield ""
    yield "The first rule that matches counts."
    yield ""
    yield from _rules("severity", document.get("severity", []), always="everything else")
    yield ""
    yield f"The definition: [{definition.process}.yaml]({_SOURCE}/{definition.process}.yaml)"


def _identity(
    definition: ProcessDefinition, document: Mapping[str, Any], pack: list[ProcessDefinition]
) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    yield f"| process | `{definition.process}`, version {definition.version}, impact: {definition.impact} |"
    yield f"| one transaction per | `{definition.entity}` |"
    told = {
        "found also by": ", ".join(f"`{kind}`" for kind in definition.joined_by),
        "shown with it": ", ".join(f"`{kind}`" for kind in definition.relates_to),
        "its amount": f"`{definition.amount_from}`" if definition.amount_from else "",
        "cancelled by": ", ".join(f"`{name}`" for name in definition.cancelled_by),
        "failed by": ", ".join(f"`{name}`" for name in definition.failed_by),
        "calendar": document.get("calendar", ""),
        "clocks pause": "; ".join(
            f"from `{pause['from']}` until `{pause['until']}`" for pause in document.get("pauses", [])
        ),
        "shares steps with": ", ".join(_neighbours(definition, pack)),
    }
    for what, value in told.items():
        if value:
            yield f"| {what} | {value} |"


def _neighbours(definition: ProcessDefinition, pack: list[ProcessDefinition]) -> Iterator[str]:
    for other in pack:
        shared = [name for name in definition.step_names if name in other.step_names]
        if shared and other.process != definition.process:
            yield f"[{other.process}]({other.process}.md) ({', '.join(f'`{name}`' for name in shared)})"


def _steps(document: Mapping[str, Any], notes: Mapping[str, str]) -> Iterator[str]:
    yield "| step | system | needed | due | retried for | more |"
    yield "|---|---|---|---|---|---|"
    for step in document["steps"]:
        due = f"{step['within']} after `{step['of']}`" if "within" in step else ""
        more = "; ".join(f"{key}: {_plain(value)}" for key, value in step.items() if key not in _TOLD)
        needed = step.get("required", True)
        needed = "if " + _plain(needed["when"]) if isinstance(needed, dict) else "yes" if needed else "no"
        yield f"| `{step['step']}` | {step['system']} | {needed} | {due} | {step.get('grace', '')} | {more} |"
    for step in document["steps"]:
        if step["step"] in notes:
            yield ""
            yield f"- **{step['step']}**: {notes[step['step']]}"


def _rules(what: str, rules: list[Mapping[str, Mapping[str, Any]]], always: str) -> Iterator[str]:
    yield f"| {what} | when |"
    yield "|---|---|"
    for rule in rules:
        ((name, conditions),) = rule.items()
        yield f"| {name} | {_plain(conditions) or always} |"


def _sla(sla: Mapping[str, Any]) -> Iterator[str]:
    yield "| for | target |"
    yield "|---|---|"
    for tier in sla.get("tiers", []):
        yield f"| {_plain(tier['when'])} | {tier['target']} |"
    yield f"| {'all others' if 'tiers' in sla else 'all'} | {sla['target']} |"
    yield ""
    yield f"At risk from {sla.get('at_risk_at', '80%')} of it on. {sla.get('objective', '95%')} shall be in time."


def _plain(value: Any) -> str:
    """A value of a definition as a reader would say it."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return " or ".join(_plain(inner) for inner in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _document(definition: ProcessDefinition) -> dict[str, Any]:
    """The definition's YAML as plain values; it is known to be valid."""
    document: dict[str, Any] = YAML(typ="safe").load(definition.text)
    return document
