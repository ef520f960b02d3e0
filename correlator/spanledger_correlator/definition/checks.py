"""What the keys of a definition say of each other: steps that are referred to exist, rules can be reached.

What deadlines say is checked in `deadline_checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from spanledger_correlator.definition import keys
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.deadline_checks import check_deadlines
from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import Condition, OwnerRule, ProcessDefinition, SeverityRule
from spanledger_correlator.definition.money_checks import check_money
from spanledger_correlator.definition.yaml_document import Document, Place


def check(definition: ProcessDefinition, document: Document, calendars: Mapping[str, Calendar]) -> None:
    """Report every contradiction to the document that the definition was read from."""
    _check_entities(definition, document)
    _check_step_list(definition, document)
    _check_step_references(definition, document)
    _check_single_steps(definition, document)
    check_deadlines(definition, document, calendars)
    _check_endings(definition, document)
    _check_preconditions(definition, document)
    _check_records(definition, document)
    _check_references(definition, document)
    _check_tiers(definition, document)
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
        for key, other in (
            ("of", step.of),
            ("due_from", step.due_from),
            ("settles", step.settles),
            ("reverses", step.reverses),
        ):
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
        check_money(definition, step, place, document)
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


def _check_preconditions(definition: ProcessDefinition, document: Document) -> None:
    names = [step.name for step in definition.steps]
    for index, step in enumerate(definition.steps):
        for number, other in enumerate(step.requires):
            place: Place = ("steps", index, "requires", number)
            if other == step.name:
                document.fault_at(place, "`requires` names its own step", "Name another step.")
            elif other not in names:
                document.fault_at(place, f"`requires` names no step: `{other}`", did_you_mean(other, names))
    try:
        TopologicalSorter({step.name: set(step.requires) - {step.name} for step in definition.steps}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        what = f"preconditions run in a circle: {', '.join(f'`{name}`' for name in circle)}"
        index = next(index for index, step in enumerate(definition.steps) if step.name in circle)
        document.fault_at(("steps", index, "requires"), what, "Take one of them out.")


def _check_records(definition: ProcessDefinition, document: Document) -> None:
    """What a step carries and must agree on can be found on its spans or around its transaction."""
    known = (definition.entity, *definition.joined_by, *definition.relates_to)
    steps = {step.name: step for step in reversed(definition.steps)}
    for index, step in enumerate(definition.steps):
        for number, carried in enumerate(step.carries):
            kind = carried.partition(".")[0]
            if carried not in keys.CARRIED and kind not in known:
                _fault_type(document, ("steps", index, "carries", number), carried, kind, (*known, *keys.CARRIED))
        for number, agreement in enumerate(step.agree):
            place: Place = ("steps", index, "agree", number)
            other = agreement.amount
            if other == step.name:
                document.fault_at(place, "`amount` names its own step", "Name another step.")
            elif other is not None and other not in steps:
                document.fault_at(place, f"`amount` names no step: `{other}`", did_you_mean(other, list(steps)))
            elif other is not None and (step.many or steps[other].many):
                what = "a step that comes in parts has no one amount to agree on"
                document.fault_at(place, what, "Let the parts settle a step: `settles`.")
            if agreement.attribute is not None and agreement.attribute[0] not in known:
                _fault_type(document, place, ".".join(agreement.attribute), agreement.attribute[0], known)


def _fault_type(document: Document, place: Place, name: str, kind: str, known: Sequence[str]) -> None:
    what = f"`{name}` is of a type that the process does not name: `{kind}`"
    document.fault_at(place, what, f"Add `{kind}` to `relates_to`. {did_you_mean(kind, known)}")


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


def _check_tiers(definition: ProcessDefinition, document: Document) -> None:
    tiers = [tier.name for tier in (definition.sla.tiers if definition.sla else ()) if tier.name]
    for index, rule in enumerate(definition.severity):
        for tier in rule.tiers:
            if tier not in tiers:
                hint = did_you_mean(tier, tiers) or "Give the tier under `sla` its name: `{tier: platinum, when: …}`."
                document.fault_at(("severity", index, rule.severity, "tier"), f"the SLA has no tier `{tier}`", hint)


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
                name = f"{condition.entity_type}.{condition.key}"
                _fault_type(document, (*place, name), name, condition.entity_type, known)


def _check_reachable(definition: ProcessDefinition, document: Document) -> None:
    """The first match wins: behind a rule without conditions nothing is ever reached."""
    owners = [rule == OwnerRule(rule.owner) for rule in definition.owners]
    severity = [rule == SeverityRule(rule.severity) for rule in definition.severity]
    for key, always in (("owners", owners), ("severity", severity)):
        if True in always[:-1]:
            index = always.index(True)
            document.fault_at((key, index), "this rule always matches: those behind it never do", "Make it the last.")
