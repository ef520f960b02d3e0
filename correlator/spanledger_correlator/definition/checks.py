"""What the keys of a definition say of each other: steps that are referred to exist, rules can be reached.

What deadlines say is checked in `deadline_checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.deadline_checks import check_deadlines
from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import Condition, ProcessDefinition
from spanledger_correlator.definition.yaml_document import Document, Place


def check(definition: ProcessDefinition, document: Document, calendars: Mapping[str, Calendar]) -> None:
    """Report every contradiction to the document that the definition was read from."""
    _check_entities(definition, document)
    _check_step_list(definition, document)
    _check_step_references(definition, document)
    _check_single_steps(definition, document)
    check_deadlines(definition, document, calendars)
    _check_endings(definition, document)
    _check_references(definition, document)
    _check_conditions(definition, document)
    _check_reachable(definition, document)


def _check_entities(definition: ProcessDefinition, document: Document) -> None:
    seen = {definition.entity: "the root"}
    for key, types in (("joined_by", definition.joined_by), ("relates_to", definition.relates_to)):
        for index, kind in enumerate(types):
            if kind in seen:
                document.fault_at((key, index), f"`{kind}` is already {seen[kind]}", f"Take it out of `{key}`.")
            seen.setdefault(kind, f"in `{key}`")
    for kind in definition.ignore_ids:
        if kind not in seen:
            what = f"`{kind}` is neither the root nor in `joined_by` or `relates_to`: its ids are never looked at"
            document.fault_at(("ignore_ids", kind), what, did_you_mean(kind, list(seen)))


def _check_step_list(definition: ProcessDefinition, document: Document) -> None:
    first: dict[str, int] = {}
    for index, step in enumerate(definition.steps):
        if step.name in first:
            line = document.lines[("steps", first[step.name])]
            document.fault_at(
                ("steps", index), f"the step `{step.name}` stands here twice, first on line {line}", "Keep one."
            )
        first.setdefault(step.name, index)
    starts = [index for index, step in enumerate(definition.steps) if step.start]
    if not starts:
        document.fault_at(("steps",), "no step starts the process", "Give its first step `start: true`.")
    for index in starts[1:]:
        name = definition.steps[starts[0]].name
        document.fault_at(("steps", index, "start"), f"`{name}` starts the process already", "Keep one `start: true`.")


def _check_step_references(definition: ProcessDefinition, document: Document) -> None:
    names = list(dict.fromkeys(step.name for step in definition.steps))
    for index, step in enumerate(definition.steps):
        for key, other in (("of", step.of), ("due_from", step.due_from), ("settles", step.settles)):
            if other is None:
                continue
            if other not in names:
                document.fault_at(
                    ("steps", index, key), f"`{key}` names no step: `{other}`", did_you_mean(other, names)
                )
            elif other == step.name:
                document.fault_at(("steps", index, key), f"`{key}` names its own step", "Name another step.")


def _check_single_steps(definition: ProcessDefinition, document: Document) -> None:
    for index, step in enumerate(definition.steps):
        place: Place = ("steps", index)
        if step.settles is not None and not step.many:
            document.fault_at((*place, "settles"), "a step that settles comes in parts", "Add `many: true`.")
        if step.end and not step.required:
            what = f"`{step.name}` ends the process and is not required"
            document.fault_at((*place, "end"), what, "Take out `end: true` or `required: false`.")
        if step.one_per == definition.entity:
            what = f"`one_per: {definition.entity}` is the root itself"
            document.fault_at((*place, "one_per"), what, "Name the type of which one may be charged once.")


def _check_endings(definition: ProcessDefinition, document: Document) -> None:
    seen = {step.name: "a step of the process" for step in definition.steps}
    for key, names in (("cancelled_by", definition.cancelled_by), ("failed_by", definition.failed_by)):
        for index, name in enumerate(names):
            if name in seen:
                document.fault_at((key, index), f"`{name}` is already {seen[name]}", f"Take it out of `{key}`.")
            seen.setdefault(name, f"in `{key}`")


def _check_references(definition: ProcessDefinition, document: Document) -> None:
    names = [step.name for step in definition.steps]
    if definition.amount_from and definition.amount_from not in names:
        what = f"`amount_from` names no step: `{definition.amount_from}`"
        document.fault_at(("amount_from",), what, did_you_mean(definition.amount_from, names))
    for index, rule in enumerate(definition.owners):
        for name in rule.steps:
            if name not in names:
                what = f"the rule of `{rule.owner}` names no step: `{name}`"
                document.fault_at(("owners", index, rule.owner, "step"), what, did_you_mean(name, names))


def _conditions(definition: ProcessDefinition) -> Iterator[tuple[Place, Iterable[Condition]]]:
    for index, step in enumerate(definition.steps):
        yield ("steps", index, "required", "when"), step.required_when
        for number, tier in enumerate(step.tiers):
            yield ("steps", index, "tiers", number, "when"), tier.conditions
    for index, tier in enumerate(definition.sla.tiers if definition.sla else ()):
        yield ("sla", "tiers", index, "when"), tier.conditions
    for index, rule in enumerate(definition.severity):
        yield ("severity", index, rule.severity), rule.conditions


def _check_conditions(definition: ProcessDefinition, document: Document) -> None:
    known = (definition.entity, *definition.joined_by, *definition.relates_to)
    for place, conditions in _conditions(definition):
        for condition in conditions:
            if condition.entity_type not in known:
                kind, name = condition.entity_type, f"{condition.entity_type}.{condition.key}"
                what = f"`{name}` is of a type that the process does not name: `{kind}`"
                hint = f"Add `{kind}` to `relates_to`. {did_you_mean(kind, known)}"
                document.fault_at((*place, name), what, hint)


def _check_reachable(definition: ProcessDefinition, document: Document) -> None:
    """The first match wins: behind a rule without conditions nothing is ever reached."""
    owners = [not rule.steps and not rule.error_kinds for rule in definition.owners]
    severity = [
        rule.stuck is None and rule.sla is None and rule.amount is None and not rule.conditions
        for rule in definition.severity
    ]
    for key, always in (("owners", owners), ("severity", severity)):
        if True in always[:-1]:
            index = always.index(True)
            document.fault_at((key, index), "this rule always matches: those behind it never do", "Make it the last.")
