"""What became of replays: the attempt that an order led to, found among the spans.

An attempt names its order (`business.replay_of`, or the trace that the order began). Where none does, the step's own
latest success or failure counts, if it came after the order was sent and the step happens once in a transaction: of a
step with many parts another part's success says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import utc, utc_or_none
from spanledger_api.replays.replay import Attempt, Replay, State

_NAMED: Final = """
    SELECT TraceId, SpanId, ReplayOf, Step, Outcome, least(OccurredAt, StoredAt) AS Happened
    FROM spans
    WHERE Tenant = {tenant:String} AND StoredAt >= {since:DateTime64(9, 'UTC')}
        AND StoredAt <= {known_until:DateTime64(9, 'UTC')} AND Announces = ''
        AND Step IN {steps:Array(String)}
        AND (TraceId IN {traces:Array(String)} OR ReplayOf IN {replays:Array(String)})
    ORDER BY Happened
    LIMIT 1 BY TraceId, SpanId
"""
_STEPS: Final = """
    SELECT Process, RootId, Version, StepNames, StepLastSuccess, StepLastFailure FROM verdicts
    WHERE has({q_roots:Array(Tuple(String, String))}, (Process, RootId))
"""


def states(inquiry: Inquiry, replays: Sequence[Replay]) -> dict[UUID, State]:
    """The state of each at the question's clock."""
    found = attempts(inquiry, replays)
    return {one.order.replay_id: one.state(found.get(one.order.replay_id), inquiry.moment) for one in replays}


def attempts(inquiry: Inquiry, replays: Sequence[Replay]) -> dict[UUID, Attempt]:
    """The newest attempt of each that was sent and led to one."""
    sent = [one for one in replays if one.last("sending")]
    if not sent:
        return {}
    found = dict(_unnamed(inquiry, sent))
    orders = {name: one.order for one in sent for name in (one.order.trace_id, str(one.order.replay_id))}
    for row in _named(inquiry, sent):
        order = orders.get(row["ReplayOf"]) or orders[row["TraceId"]]
        if row["Step"] == order.step:
            attempt = Attempt(row["TraceId"], row["SpanId"], utc(row["Happened"]), row["Outcome"] == "success")
            found[order.replay_id] = attempt
    return found


def _sent_at(replay: Replay) -> datetime:
    sending = replay.last("sending")
    assert sending is not None  # only those that were sent are asked about
    return sending.at


def _named(inquiry: Inquiry, sent: Sequence[Replay]) -> list[dict[str, Any]]:
    return inquiry.rows(
        _NAMED,
        {
            "since": min(_sent_at(one) for one in sent),
            "known_until": inquiry.known_until,
            "steps": sorted({one.order.step for one in sent}),
            "traces": [one.order.trace_id for one in sent],
            "replays": [str(one.order.replay_id) for one in sent],
        },
    )


def _unnamed(inquiry: Inquiry, sent: Sequence[Replay]) -> Iterable[tuple[UUID, Attempt]]:
    roots = sorted({(one.order.process, one.order.root_id) for one in sent})
    rows = {(row["Process"], row["RootId"]): row for row in inquiry.verdicts(_STEPS, {"q_roots": roots})}
    for one in sent:
        row = rows.get((one.order.process, one.order.root_id))
        attempt = _latest(inquiry, one, row) if row else None
        if attempt is not None:
            yield one.order.replay_id, attempt


def _latest(inquiry: Inquiry, replay: Replay, row: Mapping[str, Any]) -> Attempt | None:
    """The step's latest success or failure after the order was sent. Which span it is the verdict does not say."""
    order = replay.order
    definition = inquiry.catalogue.version(order.process, row["Version"])
    rule = definition.step(order.step) if definition else None
    if rule is None or rule.many or order.step not in row["StepNames"]:
        return None
    index = row["StepNames"].index(order.step)
    for column, succeeded in (("StepLastSuccess", True), ("StepLastFailure", False)):
        happened = utc_or_none(row[column][index])
        if happened is not None and happened >= _sent_at(replay):
            return Attempt("", "", happened, succeeded)
    return None
