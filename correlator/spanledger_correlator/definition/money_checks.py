"""What a step's keys about money say of each other: what settles comes in parts, what reverses has parts to take back."""

from __future__ import annotations

from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import ProcessDefinition, StepRule
from spanledger_correlator.definition.yaml_document import Document, Place


def check_money(definition: ProcessDefinition, step: StepRule, place: Place, document: Document) -> None:
    """Report contradictions in `settles`, `by` and `reverses` of one step to the document."""
    if step.settles is not None and not step.many:
        document.fault_at((*place, "settles"), "a step that settles comes in parts", "Add `many: true`.")
    if step.by != "cash" and step.settles is None:
        document.fault_at((*place, "by"), "`by` says by which means, and no `settles` what", "Add `settles:` a step.")
    if step.reverses is None:
        return
    other = definition.step(step.reverses)
    if other is not None and other.settles is None:
        settling = [one.name for one in definition.steps if one.settles is not None]
        what = f"`reverses` names a step that settles nothing: `{other.name}`"
        document.fault_at((*place, "reverses"), what, did_you_mean(other.name, settling))
    if step.settles is not None:
        document.fault_at((*place, "reverses"), "a step settles or reverses, not both", "Take one of them out.")
    if step.required or not step.many:
        what = "a reversal is no milestone, and may come again"
        document.fault_at((*place, "reverses"), what, "Add `required: false` and `many: true`.")
