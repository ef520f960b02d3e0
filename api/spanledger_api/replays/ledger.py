"""Where replays are kept: events that are added and never changed, and the rule that no step has two under way.

The store has no locks. Whoever begins something first writes that down and then reads what others wrote: of two that
begin the same at once, in two processes, each sees the other or is alone; who sees another steps back. So there may be
none, and never two. Within one process a lock lets one of them through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from spanledger_api.filters import Where
from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import utc
from spanledger_api.replays.replay import Happening, Order, Replay
from spanledger_correlator.statements import statement

_ALL: Final = datetime(2200, 1, 1, tzinfo=UTC)


def add(inquiry: Inquiry, order: Order, happening: Happening) -> None:
    """Write down that something happened to a replay."""
    row = {
        "Process": order.process,
        "RootType": order.root_type,
        "RootId": order.root_id,
        "Step": order.step,
        "ReplayId": order.replay_id,
        "At": happening.at,
        "Event": happening.event,
        "Who": happening.who,
        "Credential": happening.credential,
        "Why": happening.why,
        "ExceptionId": order.exception_id,
        "LegalEntity": order.legal_entity,
        "Endpoint": order.endpoint,
        "Verdict": order.verdict,
        "Vouched": list(order.vouched),
        "NeedsApproval": order.needs_approval,
        "FailedTraceId": order.failed_trace_id,
        "FailedSpanId": order.failed_span_id,
        "TraceId": order.trace_id,
        "OutcomeWithinNs": order.outcome_within // timedelta(microseconds=1) * 1000,
        "Status": happening.status,
        "Answer": happening.answer,
    }
    inquiry.add("replay_events", row)


def of_step(
    inquiry: Inquiry, process: str, root_id: str, step: str, attempts: Iterable[Mapping[str, Any]]
) -> list[Replay]:
    """The replays of a transaction's step, oldest first, under whatever id its root was known by.

    One failed attempt may be a step of several transactions, of several processes too: whichever of them a replay of it
    was asked for, it is the same work. So those of any of the `attempts` count as well, and those that the principal
    does not see.
    """
    condition = """
        Step = {step:String} AND (
            Process = {process:String} AND Root = {root:String}
            OR has({attempts:Array(Tuple(String, String))}, (FailedTraceId, FailedSpanId)))
    """
    spans = [(one["TraceId"], one["SpanId"]) for one in attempts]
    return _read(inquiry, condition, {"process": process, "step": step, "root": root_id, "attempts": spans}, seen=False)


def of_transaction(inquiry: Inquiry, process: str, root_id: str) -> list[Replay]:
    """The replays of a transaction's steps, oldest first."""
    return _read(inquiry, "Process = {process:String} AND Root = {root:String}", {"process": process, "root": root_id})


def find(inquiry: Inquiry, replay_id: UUID) -> Replay | None:
    """One replay that the principal may see; None if there is none."""
    found = _read(inquiry, "ReplayId = {replay:UUID}", {"replay": replay_id})
    return found[0] if found else None


def listed(inquiry: Inquiry, clause: Where) -> list[Replay]:
    """The replays that the principal may see and that meet the clause, the newest first."""
    return _read(inquiry, " AND ".join(["1", *clause.conditions]), clause.values)[::-1]


def _read(inquiry: Inquiry, condition: str, values: Mapping[str, Any], *, seen: bool = True) -> list[Replay]:
    """The replays of a condition, oldest first: those that the principal may see, or all of the tenant's."""
    principal = inquiry.principal
    scope = {
        "moment": _until(inquiry),
        "any_legal_entity": not seen or principal.legal_entities is None,
        "legal_entities": sorted(principal.legal_entities or ()),
        "any_process": not seen or principal.processes is None,
        "processes": sorted(principal.processes or ()),
    }
    now = statement("reading/roots_now", canonical_ids="canonical_ids", acted="replay_events")
    sql = f"SELECT * FROM ({statement('reading/replay_events', roots_now=now)}) WHERE {condition}"  # noqa: S608 - conditions are this package's own; the values are bound
    rows = inquiry.rows(f"{sql} ORDER BY ReplayId, Sequence, At", {**scope, **values})
    replays = [_replay(list(events)) for _, events in groupby(rows, key=lambda row: row["ReplayId"])]
    return sorted(replays, key=lambda one: (one.asked.at, one.order.replay_id))


def _until(inquiry: Inquiry) -> datetime:
    """Up to when happenings count: of a question about now also those that were written since it was put."""
    return inquiry.moment if inquiry.moment < inquiry.now else _ALL


def _replay(rows: list[dict[str, Any]]) -> Replay:
    first = rows[0]
    order = Order(
        replay_id=first["ReplayId"],
        process=first["Process"],
        root_type=first["RootType"],
        root_id=first["Root"],
        step=first["Step"],
        exception_id=first["ExceptionId"],
        legal_entity=first["LegalEntity"],
        endpoint=first["Endpoint"],
        verdict=first["Verdict"],
        vouched=tuple(first["Vouched"]),
        needs_approval=first["NeedsApproval"],
        failed_trace_id=first["FailedTraceId"],
        failed_span_id=first["FailedSpanId"],
        trace_id=first["TraceId"],
        outcome_within=timedelta(microseconds=first["OutcomeWithinNs"] / 1000),
    )
    return Replay(order, tuple(_happening(row) for row in rows))


def _happening(row: Mapping[str, Any]) -> Happening:
    return Happening(
        at=utc(row["At"]),
        event=row["Event"],
        who=row["Who"],
        credential=row["Credential"],
        why=row["Why"],
        status=row["Status"],
        answer=row["Answer"],
    )
