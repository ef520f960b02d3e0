"""Why a span did, or did not, become part of a transaction: the stitching of its trace, told with what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from spanledger_correlator import walk
from spanledger_correlator.definition.model import ProcessDefinition
from spanledger_correlator.statements import statement
from spanledger_correlator.stitch import stitch
from spanledger_correlator.wording import listed
from spanledger_correlator.workspace import NO_TRACES, Workspace

_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing that keeps a span apart, or that a developer should know of it: a stable code, what is so, what to do."""

    code: str
    what: str
    do: str


@dataclass(frozen=True)
class Diagnosis:
    """A span that is there, the transactions it belongs to with their evidence, and what was found."""

    span: Mapping[str, Any]
    attached: Sequence[Mapping[str, Any]]
    findings: Sequence[Finding] = field(default_factory=list)


_NOT_COUNTED = Finding(
    "not_counted_yet",
    "It is stored, and the correlator has not taken it in yet.",
    "Ask again in a second; if it stays so, see the correlator's log.",
)


def candidates(work: Workspace, tenant: str, span_id: str, trace_id: str = "") -> list[dict[str, Any]]:
    """Every stored copy of the spans of that id (and trace, if given): of each the counting one first."""
    return work.rows("diagnosis/copies", {"tenant": tenant, "trace": trace_id, "span": span_id})


def diagnose(
    work: Workspace, tenant: str, copies: Sequence[Mapping[str, Any]], definitions: Sequence[ProcessDefinition]
) -> Diagnosis:
    """What became of the span whose copies these are, by the definitions that `work` knows."""
    span = copies[0]
    trace = {"tenant": tenant, "trace": span["TraceId"]}
    work.run("diagnosis/named_in_trace", trace)
    work.kin("work_touched", into="work_touched_kin")
    walk.begin(work)
    walk.towards_roots(work, kin="work_touched_kin")
    work.run("scope/scope")
    work.run("diagnosis/trace", trace)
    work.run("scope/new_traces", into="work_moved_traces", source=NO_TRACES)
    stitch(work)
    bound = {"tenant": tenant, "trace": span["TraceId"], "span": span["SpanId"]}
    found = statement("reading/attachments")
    attached = work.rows("diagnosis/attached", bound, attachments=found)
    in_trace = work.rows("diagnosis/transactions_in_trace", bound, attachments=found)
    unattached = work.rows("diagnosis/reason", bound)
    steps = _steps(work, bound, span)
    counted = work.rows("diagnosis/counted", {"batch": span["Batch"]})[0]["Counted"]
    if not counted:
        return Diagnosis(span, [], [_NOT_COUNTED])
    findings = [
        *_copies(copies),
        *_key(span, definitions),
        *_placeholders(span, definitions),
        *_no_step(span, steps, definitions),
    ]
    taken = {one["process"] for one in attached}
    reason = unattached[0]["Reason"] if unattached else ""
    for definition in definitions:
        if definition.process not in taken and steps & _wanted(definition, span):
            others = [one["transaction"] for one in in_trace if one["process"] == definition.process]
            findings.append(_apart(work, tenant, span, definition, reason, others))
    return Diagnosis(span, attached, findings)


def _steps(work: Workspace, bound: Mapping[str, Any], span: Mapping[str, Any]) -> set[str]:
    """The steps that the span is: the one it names, or those that match rules give it."""
    if span["Step"]:
        return {span["Step"]}
    return {row["Step"] for row in work.rows("diagnosis/steps", bound)}


def _wanted(definition: ProcessDefinition, span: Mapping[str, Any]) -> set[str]:
    """The steps of a process that this span may be: none, if it names another process."""
    return set() if span["Process"] not in {"", definition.process} else set(definition.step_names)


def _copies(copies: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    if len({copy["ContentHash"] for copy in copies}) > 1:
        yield Finding(
            "superseded_copy",
            f"{len(copies)} copies of this span were stored and they differ: the one that ended last counts, stored "
            f"{copies[0]['StoredAt']:%Y-%m-%d %H:%M:%S} UTC. What the others say does not.",
            "Send a span once. A correction of it is a span of its own.",
        )


def _key(span: Mapping[str, Any], definitions: Sequence[ProcessDefinition]) -> Iterator[Finding]:
    key = span["TransactionKey"]
    if not key:
        return
    process, slash, root = key.partition("/")
    if not slash or not process or not root:
        what = f"Its business.transaction `{key}` is no transaction's key, and counts for nothing."
        yield Finding("key_malformed", what, "Write process/root, such as invoice-to-cash/INV-1042.")
    elif process not in {one.process for one in definitions}:
        what = f"Its business.transaction names the process `{process}`, which no definition in force declares."
        yield Finding("key_of_no_process", what, _nearest(process, [one.process for one in definitions]))
    elif (
        wanted := {one.process for one in definitions if span["Step"] in _wanted(one, span)}
    ) and process not in wanted:
        what = f"Its business.transaction is of {process}, which has no step `{span['Step']}`: a key counts for its own process only."
        yield Finding(
            "key_of_other_process", what, f"Give the key of {listed(sorted(wanted))}, or name the root entity."
        )


def _placeholders(span: Mapping[str, Any], definitions: Sequence[ProcessDefinition]) -> Iterator[Finding]:
    for kind, name in zip(span["EntityTypes"], span["EntityIds"], strict=True):
        who = sorted(one.process for one in definitions if name in one.ignore_ids.get(kind, ()))
        if who or not name.strip():
            by = f" (ignore_ids of {listed(who)})" if who else ""
            what = f"Its {kind} `{name}` is a placeholder{by} and counts as no id."
            yield Finding("placeholder", what, f"Send the real id of the {kind}, or leave the attribute out.")


def _no_step(span: Mapping[str, Any], steps: set[str], definitions: Sequence[ProcessDefinition]) -> Iterator[Finding]:
    if not steps:
        yield Finding(
            "no_step",
            "It carries no business.step, and no match rule of a process in force meets it: it is shown with its trace "
            "and stitched nowhere.",
            "Set business.step, or add a `match` rule to a step of the definition.",
        )
        return
    known = {name for one in definitions for name in one.step_names}
    for step in sorted(steps - known):
        yield Finding("unknown_step", f"No process in force has the step `{step}`.", _nearest(step, sorted(known)))
    process = span["Process"]
    if process and steps & known:
        named = next((one for one in definitions if one.process == process), None)
        if named is None:
            what = f"It names the process `{process}`, which no definition in force declares."
            yield Finding("unknown_process", what, _nearest(process, [one.process for one in definitions]))
        elif not steps & set(named.step_names):
            others = sorted(one.process for one in definitions if steps & set(one.step_names))
            what = f"It names the process {process}, which has no step `{min(steps)}`; {listed(others)} has."
            yield Finding("other_process", what, "Correct business.process, or leave it out.")


def _apart(
    work: Workspace,
    tenant: str,
    span: Mapping[str, Any],
    definition: ProcessDefinition,
    reason: str,
    others: Sequence[str],
) -> Finding:
    """Why this process has not taken a span that is one of its steps."""
    process, root = definition.process, definition.entity
    joined = [
        (kind, name)
        for kind, name in zip(span["EntityTypes"], span["EntityIds"], strict=True)
        if kind in definition.joined_by and name not in definition.ignore_ids.get(kind, ())
    ]
    for kind, name in joined:
        crowded = _crowds(work, tenant, kind, name, root)
        if crowded:
            return Finding(
                "lists_on_both_sides",
                f"{process}: span {crowded} names {kind} {name} beside several {root}s, and several {kind}s: which belongs "
                "to which, it does not say, so nothing is linked.",
                f"Send one span a {kind}, or say how it splits with business.allocation.{root}.",
            )
    if len(others) > 1:
        shown = f"{listed([*others[:_SHOWN]])}{' and more' if len(others) > _SHOWN else ''}"
        return Finding(
            "ambiguous_trace",
            f"{process}: its trace holds {len(others)} transactions of this process ({shown}), and nothing says to which "
            "of them it belongs.",
            f"Name the {root} on the span, or make it the child of a span that does.",
        )
    if joined:
        names = listed([f"{kind} {name}" for kind, name in joined])
        return Finding(
            "no_link",
            f"{process}: it names {names}, and no span leads from there to {_a(root)} yet.",
            f"It attaches by itself when a span comes that names both, such as the {joined[0][0]} and its {root}.",
        )
    shown_only = sorted({kind for kind in span["EntityTypes"] if kind in definition.relates_to})
    if shown_only:
        return Finding(
            "not_stitched_by",
            f"{process}: it names no {root}; its {listed(shown_only)} is shown beside transactions and never stitched by.",
            f"Name the {root}{_or_joined(definition)}.",
        )
    return Finding(
        reason or "no_entity",
        f"{process}: it names no {root}{_or_joined(definition)}, carries no key of this process, and nothing else of its "
        "trace belongs to one of its transactions.",
        f"Set business.entity.{root}, or business.transaction to {process}/<{root}>.",
    )


def _crowds(work: Workspace, tenant: str, kind: str, name: str, root: str) -> str:
    """A span that names several of both types, this entity among them; empty if there is none."""
    rows = work.rows("diagnosis/crowds", {"tenant": tenant, "type": kind, "id": name, "root": root})
    return str(rows[0]["SpanId"]) if rows else ""


def _or_joined(definition: ProcessDefinition) -> str:
    return f", nor a {listed(list(definition.joined_by)).replace(' and ', ' or ')}" if definition.joined_by else ""


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _nearest(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean `{close[0]}`?" if close else "Declare it in a definition, or correct the name."
