"""A process definition as a row, so that one SQL statement stitches and judges every process.

Durations are nanoseconds; a position counts steps from 1; 0 and -1 stand for "none" (see the migration that makes
`process_rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from spanledger_correlator import budgets
from spanledger_correlator.budgets import condition_keys, condition_values
from spanledger_correlator.definition.model import ProcessDefinition, SeverityRule, StepRule
from spanledger_correlator.wording import duration_words
from spanledger_store import Store

_REQUIRED, _CONDITIONAL = 1, 2
_CLIENT_NAME = ("account", "name")


def record(store: Store, definitions: Iterable[ProcessDefinition]) -> int:
    """Keep every version for ever, as rows of `process_rules`; returns how many are new or were changed.

    A row that an earlier release wrote in another form counts as changed.
    """
    present = {
        (row[0], row[1]): (row[2], row[3])
        for row in store.query("SELECT Process, Version, Source, Form FROM process_rules FINAL").result_rows
    }
    rows = [
        row
        for row in map(_row, definitions)
        if present.get((row["Process"], row["Version"])) != (row["Source"], row["Form"])
    ]
    if rows:
        columns = list(rows[0])
        store.insert("process_rules", [[row[column] for column in columns] for row in rows], columns)
    return len(rows)


Asked = Literal["carries", "amounts_agree", "attributes_agree"]
"""What a definition may ask of its steps, and most do not: nobody looks for it unless one does."""


@dataclass(frozen=True)
class Vocabulary:
    """What the definitions in force say about reading spans, as values to bind."""

    active: list[tuple[str, int]]
    processes: list[str]
    roots: list[str]
    placeholders: list[str]
    pairs: list[tuple[str, str]]
    matches: list[tuple[str, str, list[str], list[str]]]
    stitched: list[str]
    told: list[tuple[str, str]]
    agreed: list[tuple[str, str]]
    asks: frozenset[Asked]
    longest_walk: int
    budgeted: bool
    pausing: bool

    @classmethod
    def of(cls, definitions: Sequence[ProcessDefinition]) -> Vocabulary:
        """The vocabulary of these versions, one a process."""
        steps = [step for definition in definitions for step in definition.steps]
        return cls(
            active=[(definition.process, definition.version) for definition in definitions],
            processes=[definition.process for definition in definitions],
            roots=[definition.entity for definition in definitions],
            placeholders=sorted(
                {
                    f"{entity_type}:{entity_id}"
                    for definition in definitions
                    for entity_type, ids in definition.ignore_ids.items()
                    for entity_id in ids
                }
            ),
            pairs=sorted({pair for definition in definitions for pair in _linked_types(definition)}),
            matches=[
                (definition.process, step.name, [name for name, _ in step.match], [value for _, value in step.match])
                for definition in definitions
                for step in definition.steps
                if step.match
            ],
            stitched=sorted({one for definition in definitions for one in (definition.entity, *definition.joined_by)}),
            longest_walk=max((len(definition.joined_by) for definition in definitions), default=0),
            told=sorted({_CLIENT_NAME}.union(*(_asked_for(definition) for definition in definitions))),
            agreed=sorted({one.attribute for step in steps for one in step.agree if one.attribute}),
            asks=frozenset(kind for step in steps for kind in _asks(step)),
            budgeted=any(budgets.rows(definition) for definition in definitions),
            pausing=any(definition.pauses for definition in definitions),
        )


def _linked_types(definition: ProcessDefinition) -> Iterable[tuple[str, str]]:
    """Pairs (farther, nearer) of the types that a walk towards the root may step between."""
    order = [definition.entity, *definition.joined_by]
    for distance, farther in enumerate(order):
        for nearer in order[:distance]:
            yield farther, nearer


def _asks(step: StepRule) -> Iterator[Asked]:
    if step.carries:
        yield "carries"
    for one in step.agree:
        yield "attributes_agree" if one.attribute else "amounts_agree"


def _asked_for(definition: ProcessDefinition) -> set[tuple[str, str]]:
    """The entity attributes, as (type, key), on which a verdict by this definition can depend."""
    stated = {
        (kind, key)
        for step in definition.steps
        for kind, dot, key in (one.partition(".") for one in step.carries)
        if dot
    } | {one.attribute for step in definition.steps for one in step.agree if one.attribute}
    tiers = definition.sla.tiers if definition.sla else ()
    return stated | {
        (condition.entity_type, condition.key)
        for conditions in (
            *(step.required_when for step in definition.steps),
            *(tier.conditions for step in definition.steps for tier in step.tiers),
            *(tier.conditions for tier in tiers),
            *(rule.conditions for rule in definition.severity),
        )
        for condition in conditions
    }


def _row(definition: ProcessDefinition) -> dict[str, Any]:
    row = _columns(definition)
    return {**row, "Form": " ".join(sorted(row))}


def _columns(definition: ProcessDefinition) -> dict[str, Any]:
    position = {step.name: number for number, step in enumerate(definition.steps, 1)}
    steps = definition.steps
    return {
        "Process": definition.process,
        "Version": definition.version,
        "EffectiveFrom": definition.effective_from,
        "Title": definition.title,
        "Impact": definition.impact,
        "RootType": definition.entity,
        "JoinedTypes": list(definition.joined_by),
        "RelatedTypes": list(definition.relates_to),
        "AmountPosition": position.get(definition.amount_from, 0),
        "StepNames": [step.name for step in steps],
        "StepSystems": [step.system for step in steps],
        "StepRequired": [
            0 if not step.required else _CONDITIONAL if step.required_when else _REQUIRED for step in steps
        ],
        "StepConditionKeys": [condition_keys(step.required_when) for step in steps],
        "StepConditionValues": [condition_values(step.required_when) for step in steps],
        "StepMany": [step.many for step in steps],
        "StepStart": [step.start for step in steps],
        "StepEnd": [step.end for step in steps],
        "StepGrace": [step.grace_ns for step in steps],
        "StepWithin": [_plain_ns(definition, step) for step in steps],
        "StepAnchor": [position.get(step.of or "", 0) for step in steps],
        "StepDueFrom": [
            0 if budgets.is_budgeted(definition, step) else position.get(step.due_from or "", 0) for step in steps
        ],
        "StepSettles": [position.get(step.settles or "", 0) for step in steps],
        "StepSettlesBy": [step.by for step in steps],
        "StepReverses": [position.get(step.reverses or "", 0) for step in steps],
        "StepOnePer": [step.one_per or "" for step in steps],
        "StepRequires": [[position[name] for name in step.requires] for step in steps],
        "StepCarries": [[one for one in step.carries if "." not in one] for step in steps],
        "StepCarriesAttributes": [[one for one in step.carries if "." in one] for step in steps],
        **_agreement_columns(steps, position),
        "StepAnyOrder": [step.any_order for step in steps],
        "Skew": definition.skew_ns,
        "CancelSteps": list(definition.cancelled_by),
        "FailSteps": list(definition.failed_by),
        "OwnerNames": [rule.owner for rule in definition.owners],
        "OwnerSteps": [list(rule.steps) for rule in definition.owners],
        "OwnerErrors": [list(rule.error_kinds) for rule in definition.owners],
        "OwnerExceptions": [list(rule.exceptions) for rule in definition.owners],
        "OwnerSystems": [list(rule.systems) for rule in definition.owners],
        "OwnerImpacts": [list(rule.impacts) for rule in definition.owners],
        **_sla_columns(definition),
        **_severity_columns(definition.severity),
        "Source": definition.text,
    }


def _agreement_columns(steps: Sequence[StepRule], position: Mapping[str, int]) -> dict[str, Any]:
    agreed = [(number, one) for number, step in enumerate(steps, 1) for one in step.agree]
    attributes = [one.attribute or ("", "") for _, one in agreed]
    return {
        "AgreePositions": [number for number, _ in agreed],
        "AgreeAmounts": [position.get(one.amount or "", 0) for _, one in agreed],
        "AgreeTypes": [entity_type for entity_type, _ in attributes],
        "AgreeKeys": [key for _, key in attributes],
        "AgreeRecords": [one.record for _, one in agreed],
    }


def _plain_ns(definition: ProcessDefinition, step: StepRule) -> int:
    within_ns = step.within_ns
    return -1 if within_ns is None or budgets.is_budgeted(definition, step) else within_ns


def _sla_columns(definition: ProcessDefinition) -> dict[str, Any]:
    tiers = budgets.sla_tiers(definition)
    plain = [-1 if budgets.is_sla_budgeted(definition) else tier.target_ns or 0 for tier in tiers]
    share = Decimal(1) if definition.sla is None else definition.sla.at_risk_at
    return {
        "SlaTierNames": [tier.name for tier in tiers],
        "SlaTarget": plain,
        "SlaAtRisk": [int(target * share) for target in plain],
        "SlaConditionKeys": [condition_keys(tier.conditions) for tier in tiers],
        "SlaConditionValues": [condition_values(tier.conditions) for tier in tiers],
        "Budgets": budgets.rows(definition),
        "Pauses": budgets.pauses(definition),
    }


def _severity_columns(rules: Sequence[SeverityRule]) -> dict[str, Any]:
    return {
        "SeverityNames": [rule.severity for rule in rules],
        "SeverityTexts": [_severity_text(rule) for rule in rules],
        "SeverityStuck": [-1 if rule.stuck is None else int(rule.stuck) for rule in rules],
        "SeveritySla": [rule.sla or "" for rule in rules],
        "SeverityOperators": [rule.amount.operator if rule.amount else "" for rule in rules],
        "SeverityAmounts": [rule.amount.value if rule.amount else Decimal(0) for rule in rules],
        "SeverityCurrencies": [rule.amount.currency if rule.amount else "" for rule in rules],
        "SeverityExceptions": [list(rule.exceptions) for rule in rules],
        "SeverityAgeOperators": [rule.age.operator if rule.age else "" for rule in rules],
        "SeverityAges": [rule.age.value_ns if rule.age else 0 for rule in rules],
        "SeverityImpacts": [list(rule.impacts) for rule in rules],
        "SeverityTiers": [list(rule.tiers) for rule in rules],
        "SeverityConditionKeys": [condition_keys(rule.conditions) for rule in rules],
        "SeverityConditionValues": [condition_values(rule.conditions) for rule in rules],
    }


def _severity_text(rule: SeverityRule) -> str:
    parts = [
        "" if rule.stuck is None else f"stuck: {str(rule.stuck).lower()}",
        f"sla: {rule.sla}" if rule.sla else "",
        f"amount: {rule.amount.operator} {rule.amount.value} {rule.amount.currency}" if rule.amount else "",
        _listed_text("exception", rule.exceptions),
        f"age: {rule.age.operator} {duration_words(timedelta(microseconds=rule.age.value_ns // 1000))}"
        if rule.age
        else "",
        _listed_text("impact", rule.impacts),
        _listed_text("tier", rule.tiers),
        *(f"{condition.entity_type}.{condition.key}: {condition.value}" for condition in rule.conditions),
    ]
    return f"{rule.severity}: {{{', '.join(part for part in parts if part)}}}"


def _listed_text(key: str, words: Sequence[str]) -> str:
    if not words:
        return ""
    return f"{key}: {words[0]}" if len(words) == 1 else f"{key}: [{', '.join(words)}]"
