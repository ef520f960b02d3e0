"""The evidence on a transaction as a short story: what it waits for and why, by which rules, and who attached what.

Made of a verdict's row (`reading.Reading.relation`), the definition that judged it and its attachments
(`Reading.attachments`). Every line is one thing a person may ask "says who?" about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from spanledger_correlator.budget_use import BudgetMeter, BudgetUse
from spanledger_correlator.definition.model import Condition, OwnerRule, ProcessDefinition, StepRule, Tier
from spanledger_correlator.sentence import sentence
from spanledger_correlator.wording import duration_words, step_words, system_name

About = Literal["verdict", "waiting", "deadline", "sla", "pause", "severity", "owner", "definition", "evidence"]

SHOWN = 50
"""So many attachments are told; the transaction's page leads to all."""


@dataclass(frozen=True)
class Line:
    """One line and what it is about."""

    about: About
    text: str


def story(
    row: Mapping[str, Any],
    definition: ProcessDefinition | None,
    attachments: Sequence[Mapping[str, Any]],
    carriers: Mapping[tuple[str, str], Mapping[str, Any]],
    now: datetime,
    budgets: BudgetMeter,
) -> list[Line]:
    """The story of one transaction at the clock of its verdict.

    `carriers` has, by trace and span id, the spans that carry evidence and those that state a due date: Step, System,
    Happened, DueAt.
    """
    waited_for = budgets.step(row["WaitingFor"])
    lines = [Line("verdict", sentence(row, now, waited_for)), Line("definition", _judge(row, definition))]
    if row["WaitingFor"]:
        lines.append(Line("waiting", _waiting(row)))
    if row["DueAt"] and definition is not None:
        lines.append(Line("deadline", _deadline(row, definition, attachments, carriers) + _used(waited_for)))
    if row["SlaState"]:
        lines.append(Line("sla", _sla(row, budgets.sla)))
    lines += [Line("pause", _pause(one)) for one in row["Pauses"] if _utc(one["From"]) <= now]
    lines.append(Line("severity", _severity(row)))
    if row["Owner"]:
        lines.append(Line("owner", _owner(row, definition)))
    root = f"{row['RootType']} {row['RootId']}"
    shown = attachments[:SHOWN]
    lines += [Line("evidence", attached(one, root, carriers)) for one in shown]
    if len(attachments) > len(shown):
        lines.append(Line("evidence", f"… and {len(attachments) - len(shown):,} more spans."))
    return lines


def attached(found: Mapping[str, Any], root: str, carriers: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    """When a span happened, what it was, and why it belongs to the transaction of `root`."""
    where = f" in {system_name(found['system'])}" if found.get("system") else ""
    because = because_of(found, root, carriers.get((found["carrier_trace_id"], found["carrier_span_id"])))
    span = f"{found['trace_id']}:{found['span_id']}"
    return f"{_moment(found['happened'])} {step_words(found['step'])}, {found['outcome']}{where}: {because} [{span}]"


def because_of(found: Mapping[str, Any], root: str, carrier: Mapping[str, Any] | None) -> str:
    """The rule, the key and the carrier of an attachment in words."""
    key = found["key"].replace(":", " ", 1)
    span = found["carrier_span_id"]
    by = _carrier(span, carrier)
    alias = "" if key == root else f", an alias of {root}"
    match found["rule"]:
        case 1:
            return f"it names {key}{alias} (rule 1)"
        case 2:
            return f"it carries the key of {key}{alias} (rule 2)"
        case 3:
            return f"it names {key}, which {by or 'a link'} links to {root} (rule 3)"
        case _ if span:
            return f"it happened beneath {by}, which belongs here (rule 4)"
        case _:
            return "its trace holds this transaction and no other of the process (rule 4)"


def _carrier(span: str, carrier: Mapping[str, Any] | None) -> str:
    if not span:
        return ""
    if carrier is None:
        return f"span {span}"
    what = step_words(carrier["Step"]) if carrier["Step"] else "no step"
    where = f", {system_name(carrier['System'])}" if carrier["System"] else ""
    return f"span {span} ({what}{where}, {_moment(carrier['Happened'])})"


def _judge(row: Mapping[str, Any], definition: ProcessDefinition | None) -> str:
    since = "" if definition is None else f", in force from {_moment(definition.effective_from)}"
    return f"Judged by version {row['Version']} of {row['Process']}{since}."


def _waiting(row: Mapping[str, Any]) -> str:
    step = row["WaitingFor"]
    reasons = {
        "failed_step": "its newest attempt failed and its grace has passed",
        "rejected_record": "its newest attempt was rejected and its grace has passed",
        "overdue_step": "its deadline has passed",
        "missing_step": "a later step has happened and this one never did",
    }
    why = reasons.get(row["WhyKind"], "it is the first required step that is not done")
    since = f", since {_moment(row['WaitingSince'])}" if row["WaitingSince"] else ""
    return f"It waits for {step_words(step)}{since}: {why}."


def _deadline(
    row: Mapping[str, Any],
    definition: ProcessDefinition,
    attachments: Sequence[Mapping[str, Any]],
    carriers: Mapping[tuple[str, str], Mapping[str, Any]],
) -> str:
    step = definition.step(row["WaitingFor"])
    due = f"{step_words(row['WaitingFor'])} is due {_moment(row['DueAt'])}"
    if step is None:
        return f"{due}."
    stated = _stated_by(step, row["DueAt"], attachments, carriers)
    if stated:
        return f"{due}: span {stated} ({step_words(step.due_from or '')}) states it (business.due_at)."
    tier = next((one for one in step.tiers if _holds(one, row["Known"])), None)
    within = tier.budget if tier is not None else step.within
    budget = within.text if within is not None else ""
    names = list(row["StepNames"])
    anchored = row["StepFirstSuccess"][names.index(step.of)] if step.of in names else None
    from_ = f" from {step_words(step.of)} on" if step.of else ""
    at = f" ({_moment(anchored)})" if anchored else ""
    whose = f" for {', '.join(_words(one) for one in tier.conditions)}" if tier is not None else ""
    return f"{due}: {budget or 'its time'}{from_}{at}{whose}."


def _holds(tier: Tier, known: Mapping[str, str]) -> bool:
    return all(known.get(f"{one.entity_type}.{one.key}", "") == one.value for one in tier.conditions)


def _words(condition: Condition) -> str:
    return f"{condition.entity_type} {condition.key} {condition.value}"


def _used(use: BudgetUse | None) -> str:
    """` 1 h 15 min of 4 h working time are used (31.2 %).`."""
    if use is None or use.percent is None:
        return ""
    kind = "working time" if use.working else "its time"
    return f" {duration_words(use.used)} of {duration_words(use.budget)} of {kind} are used ({use.percent} %)."


def _sla(row: Mapping[str, Any], use: BudgetUse | None) -> str:
    due = f"due {_moment(row['SlaDueAt'])}" if row["SlaDueAt"] else "its clock stands still"
    target = f", {use.text}" if use is not None and use.text else ""
    whose = f" for {use.tier}" if use is not None and use.tier else ""
    return f"SLA: {row['SlaState'].replace('_', ' ')}, {due}{target}{whose}.{_used(use)}"


def _pause(pause: Mapping[str, Any]) -> str:
    since = _moment(pause["From"])
    if pause["Until"] is None:
        return f"Its clocks have stood still since {since}: it waits for someone outside."
    length = duration_words(_utc(pause["Until"]) - _utc(pause["From"]))
    return (
        f"Its clocks stood still from {since} to {_moment(pause['Until'])} ({length}): it waited for someone outside."
    )


def _stated_by(
    step: StepRule,
    due: datetime,
    attachments: Sequence[Mapping[str, Any]],
    carriers: Mapping[tuple[str, str], Mapping[str, Any]],
) -> str:
    """The span of the step `due_from` that states this very moment; empty if none does."""
    for one in attachments:
        found = carriers.get((one["trace_id"], one["span_id"]))
        if one["step"] == step.due_from and found is not None and found["DueAt"] == due:
            return str(one["span_id"])
    return ""


def _severity(row: Mapping[str, Any]) -> str:
    rule = row["SeverityRule"]
    by = f"`{rule}` is the first rule that holds" if rule else "no rule of the definition holds"
    return f"Severity {row['Severity']}: {by}."


def _owner(row: Mapping[str, Any], definition: ProcessDefinition | None) -> str:
    rule = next((one for one in definition.owners if one.owner == row["Owner"]), None) if definition else None
    return f"Owner: {row['Owner']}{_because_of_rule(rule)}."


def _because_of_rule(rule: OwnerRule | None) -> str:
    if rule is None:
        return ""
    asked = [*(f"step {step}" for step in rule.steps), *(f"error {kind}" for kind in rule.error_kinds)]
    return f", by its rule for {' or '.join(asked)}" if asked else ", by the rule for everything else"


def _moment(moment: datetime) -> str:
    return f"{_utc(moment):%Y-%m-%d %H:%M:%S} UTC"


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
