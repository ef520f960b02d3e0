"""What deadlines, tiers, pauses and the SLA say of each other, of the steps, and of the calendars there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.durations import Budget
from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import ProcessDefinition
from spanledger_correlator.definition.yaml_document import Document, Place


def check_deadlines(definition: ProcessDefinition, document: Document, calendars: Mapping[str, Calendar]) -> None:
    """Report every contradiction among the deadlines to the document that the definition was read from."""
    _check_anchors(definition, document)
    _check_cycles(definition, document)
    _check_calendars(definition, document, calendars)
    _check_pauses(definition, document)


def _check_anchors(definition: ProcessDefinition, document: Document) -> None:
    for index, step in enumerate(definition.steps):
        place: Place = ("steps", index)
        if step.within is not None and step.of is None:
            document.fault_at((*place, "within"), "`within` says how long, and no `of` since when", "Add `of:` a step.")
        if step.of is not None and step.within is None:
            document.fault_at((*place, "of"), "`of` says since when, and no `within` how long", "Add `within: 4h`.")
        if step.tiers and step.within is None:
            what = "`tiers` state other deadlines, and no `within` the one they differ from"
            document.fault_at((*place, "tiers"), what, "Add `within:` for everyone else.")
        if step.calendar and step.within is None:
            document.fault_at(
                (*place, "calendar"), "`calendar` counts no deadline here", "Add `within:` or take it out."
            )


def _check_cycles(definition: ProcessDefinition, document: Document) -> None:
    anchors = {step.name: {step.of, step.due_from} - {None, step.name} for step in definition.steps}
    try:
        TopologicalSorter(anchors).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        index = next(index for index, step in enumerate(definition.steps) if step.name == circle[0])
        what = f"deadlines run in a circle: {', '.join(f'`{name}`' for name in circle)}"
        document.fault_at(("steps", index, "of"), what, "Let one of them run from an earlier step.")


def _budgets(definition: ProcessDefinition) -> Iterator[tuple[Place, Budget, str]]:
    """Every budget with its place and the name of the calendar it counts by."""
    for index, step in enumerate(definition.steps):
        calendar = step.calendar or definition.calendar
        if step.within is not None:
            yield ("steps", index, "within"), step.within, calendar
        for number, tier in enumerate(step.tiers):
            yield ("steps", index, "tiers", number, "within"), tier.budget, calendar
    if definition.sla is not None:
        yield ("sla", "target"), definition.sla.target, definition.calendar
        for number, tier in enumerate(definition.sla.tiers):
            yield ("sla", "tiers", number, "target"), tier.budget, definition.calendar


def _check_calendars(definition: ProcessDefinition, document: Document, calendars: Mapping[str, Calendar]) -> None:
    named: list[tuple[Place, str]] = [(("calendar",), definition.calendar)]
    named += [(("steps", index, "calendar"), step.calendar) for index, step in enumerate(definition.steps)]
    for place, name in named:
        if name and name not in calendars:
            hint = did_you_mean(name, sorted(calendars)) or "Add a file that begins with `calendar:` and names it."
            document.fault_at(place, f"there is no calendar `{name}`", hint)
    for place, budget, name in _budgets(definition):
        if name:
            continue
        if budget.works:
            plain = "3 calendar days" if budget.business_days else "8h"
            what = f"`{budget.text}` counts working time, and no calendar says what that is"
            document.fault_at(place, what, f"Add `calendar:` to the process, or write `{plain}`.")
        elif budget.after:
            what = f"`{budget.text}` begins at the end of a {budget.after}, and no calendar says in which zone"
            document.fault_at(place, what, "Add `calendar:` to the process.")


def _check_pauses(definition: ProcessDefinition, document: Document) -> None:
    names = [step.name for step in definition.steps]
    for index, pause in enumerate(definition.pauses):
        for key, name in (("from", pause.start), ("until", pause.end)):
            if name and name not in names:
                hint = did_you_mean(name, names)
                if not hint.startswith("Did"):
                    hint = f"Add `{name}` to `steps`, with `required: false`."
                document.fault_at(("pauses", index, key), f"a pause names no step: `{name}`", hint)
        if pause.start == pause.end:
            what = f"a pause begins and ends with `{pause.start}`"
            document.fault_at(("pauses", index, "until"), what, "Name the step that ends the wait.")
