"""How a replay begins, is decided on, and is sent: each step is written down before the next is taken."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from spanledger_api.inquiry import Inquiry
from spanledger_api.problems import Refusal
from spanledger_api.replays import approval, ledger, message, outcome, sending
from spanledger_api.replays.dispatch import Dispatch
from spanledger_api.replays.evidence import Evidence, Verdict, verdict_of, weigh
from spanledger_api.replays.replay import UNDER_WAY, Event, Happening, Order, Replay
from spanledger_api.replays.sending import EndpointAnswer
from spanledger_api.replays.target import Target, find_target


@dataclass(frozen=True, slots=True)
class Plan:
    """A target, what was found about it, and why a second person must approve, if one must."""

    target: Target
    evidence: Sequence[Evidence]
    approval: str | None

    @property
    def verdict(self) -> Verdict:
        """The worst of what was found."""
        return verdict_of(self.evidence)


def plan(inquiry: Inquiry, dispatch: Dispatch, exception_id: str, vouched: Sequence[str] = ()) -> Plan:
    """What a replay of an exception would be. Raises Refusal as `find_target`."""
    target = find_target(inquiry, exception_id, dispatch.rules)
    evidence = weigh(target.facts, vouched)
    rule, rates = target.rule, inquiry.reading.rates
    why = approval.reason(inquiry.principal, verdict_of(evidence), rule.approval, target.row, rates)
    return Plan(target, evidence, why)


def rehearse(inquiry: Inquiry, dispatch: Dispatch, planned: Plan) -> EndpointAnswer | None:
    """Ask the endpoint what the replay would do; None if it does not understand such a question."""
    rule = planned.target.rule
    if not rule.dry_run:
        return None
    said = message.content(planned.target, inquiry.tenant, uuid.uuid4(), inquiry.now, dry_run=True)
    return sending.send(rule, message.sign(said, message.new_trace_id(), dispatch.secret(rule)))


def begin(
    inquiry: Inquiry, dispatch: Dispatch, exception_id: str, vouched: Sequence[str], who: str, why: str
) -> Replay:
    """Ask for a replay, and send it if nobody need approve.

    Raises Refusal: as `find_target`; `replay_under_way`; `replay_unsafe`; `replay_secret_missing`.
    """
    with dispatch.beginning:
        planned = plan(inquiry, dispatch, exception_id, vouched)
        _refuse_unsafe(planned)
        dispatch.secret(planned.target.rule)
        order = _order(planned, vouched)
        ledger.add(inquiry, order, _happening(inquiry, "asked", who, why))
        _step_back_from_another(inquiry, order, planned.target, who)
    if order.needs_approval:
        return _now(inquiry, order)
    return _send(inquiry, dispatch, planned.target, order, who)


def approve(inquiry: Inquiry, dispatch: Dispatch, replay: Replay, who: str, why: str) -> Replay:
    """Approve a replay that waits for it, and send it.

    Raises Refusal: `same_person`; `replay_decided` where it does not wait; as `begin`, if things have changed meanwhile.
    """
    order = replay.order
    approval.require_another(inquiry.principal, who, replay)
    with dispatch.beginning:
        _require_waiting(inquiry, order)
        target = find_target(inquiry, order.exception_id, dispatch.rules)
        _require_endpoint(order, target)
        evidence = [one for one in weigh(target.facts, order.vouched) if one.code != "replay_under_way"]
        _refuse_unsafe(Plan(target, evidence, None))
        dispatch.secret(target.rule)
        ledger.add(inquiry, order, _happening(inquiry, "approved", who, why))
        current = _now(inquiry, order)
        if sum(one.event == "approved" for one in current.happened) > 1:
            raise _decided(current)
    return _send(inquiry, dispatch, target, order, who)


def end(inquiry: Inquiry, dispatch: Dispatch, replay: Replay, event: Event, who: str, why: str) -> Replay:
    """Refuse a replay, or withdraw it, while it waits. Raises Refusal `replay_decided` where it does not."""
    with dispatch.beginning:
        _require_waiting(inquiry, replay.order)
        ledger.add(inquiry, replay.order, _happening(inquiry, event, who, why))
    return _now(inquiry, replay.order)


def _require_waiting(inquiry: Inquiry, order: Order) -> None:
    """Raises Refusal `replay_decided` if a replay does not wait for approval."""
    current = _now(inquiry, order)
    if outcome.states(inquiry, [current])[order.replay_id] != "waiting":
        raise _decided(current)


def _require_endpoint(order: Order, target: Target) -> None:
    """Raises Refusal `no_replay_endpoint` if the step belongs to another endpoint than when the replay was asked for."""
    if target.rule.name != order.endpoint:
        raise Refusal(
            f"The step is tried again by {target.rule.name} now, and the replay was asked for {order.endpoint}.",
            code="no_replay_endpoint",
            hint="`withdraw` the replay, and ask for another.",
        )


def _send(inquiry: Inquiry, dispatch: Dispatch, target: Target, order: Order, who: str) -> Replay:
    rule = target.rule
    said = message.content(target, inquiry.tenant, order.replay_id, inquiry.now, dry_run=False)
    signed = message.sign(said, order.trace_id, dispatch.secret(rule))
    ledger.add(inquiry, order, _happening(inquiry, "sending", who))
    answer = sending.send(rule, signed)
    told = Happening(inquiry.clock(), answer.event, rule.name, status=answer.status, answer=answer.text)
    ledger.add(inquiry, order, told)
    return _now(inquiry, order)


def _now(inquiry: Inquiry, order: Order) -> Replay:
    found = ledger.find(inquiry, order.replay_id)
    assert found is not None  # it has been written, and is in the principal's scope
    return found


def _order(planned: Plan, vouched: Sequence[str]) -> Order:
    target, row, failed = planned.target, planned.target.row, planned.target.failed
    return Order(
        replay_id=uuid.uuid4(),
        process=row["Process"],
        root_type=row["RootType"],
        root_id=row["RootId"],
        step=target.step,
        exception_id=target.exception_id,
        legal_entity=row["LegalEntity"],
        endpoint=target.rule.name,
        verdict=planned.verdict,
        vouched=tuple(vouched),
        needs_approval=planned.approval is not None,
        failed_trace_id=failed["TraceId"],
        failed_span_id=failed["SpanId"],
        trace_id=message.new_trace_id(),
        outcome_within=timedelta(microseconds=target.rule.outcome_within_ns / 1000),
    )


def _happening(inquiry: Inquiry, event: Event, who: str, why: str = "") -> Happening:
    return Happening(inquiry.now, event, who, inquiry.principal.id, why)


def _step_back_from_another(inquiry: Inquiry, order: Order, target: Target, who: str) -> None:
    """Raises Refusal `replay_under_way`, and withdraws, if another process has begun one in the same moment."""
    replays = ledger.of_step(inquiry, order.process, order.root_id, order.step, target.facts.attempts)
    states = outcome.states(inquiry, replays)
    if any(one.order.replay_id != order.replay_id and states[one.order.replay_id] in UNDER_WAY for one in replays):
        why = "Another was asked for in the same moment."
        ledger.add(inquiry, order, _happening(inquiry, "withdrawn", who, why))
        raise Refusal(f"{why} Neither was begun.", code="replay_under_way", hint="Ask again.")


def _refuse_unsafe(planned: Plan) -> None:
    found = [one for one in planned.evidence if one.verdict == "unsafe"]
    if not found:
        return
    under_way = planned.target.under_way
    if under_way is not None and any(one.code == "replay_under_way" for one in found):
        raise Refusal(
            f"A replay of this step is under way: /v1/replays/{under_way.order.replay_id}.",
            code="replay_under_way",
            hint="Wait for its outcome; while it waits for approval it can be withdrawn.",
        )
    raise Refusal(
        " ".join(one.text for one in found),
        code="replay_unsafe",
        hint="What is found about a replay, and what may be vouched for, stands in `GET …/replay`.",
    )


def _decided(replay: Replay) -> Refusal:
    newest = replay.happened[-1]
    return Refusal(
        f"The replay does not wait for approval: {newest.event} by {newest.who}.",
        code="replay_decided",
        hint=f"See /v1/replays/{replay.order.replay_id}.",
    )
