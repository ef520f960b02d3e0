"""What would be tried again: an open failure, its attempts, the endpoint of its integration, and what is to be weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from spanledger_api.exception import find_exception
from spanledger_api.inquiry import Inquiry
from spanledger_api.problems import Refusal
from spanledger_api.replays import ledger, outcome
from spanledger_api.replays.evidence import Facts
from spanledger_api.replays.replay import UNDER_WAY, Replay
from spanledger_api.spans import read, span_ids
from spanledger_correlator.definition.replay_model import ReplayRule

REPLAYED_KINDS: Final = ("failed_step", "rejected_record")
_COLUMNS: Final = "Process, Key, RootType, RootId, Status, LegalEntity, Currencies, OpenAmounts"
_KEY_SUCCEEDED: Final = """
    SELECT 1 AS Found FROM spans
    WHERE Tenant = {tenant:String} AND Step = {step:String} AND System = {system:String}
        AND IdempotencyKey = {key:String} AND Outcome = 'success'
    LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A failed step. `row` is its transaction's verdict, as the principal sees it; `replays` are those before."""

    exception_id: str
    row: Mapping[str, Any]
    step: str
    rule: ReplayRule
    facts: Facts
    replays: Sequence[Replay]
    under_way: Replay | None

    @property
    def failed(self) -> Mapping[str, Any]:
        """The span of the attempt that failed last."""
        return self.facts.failed


def find_target(inquiry: Inquiry, exception_id: str, rules: Sequence[ReplayRule]) -> Target:
    """What a replay of an exception would try again.

    Raises Refusal: `not_found`, `already_resolved`, `not_replayable` for an exception that no attempt has made, and
    `no_replay_endpoint` where the integration registered none.
    """
    found = find_exception(inquiry, exception_id)
    if found["State"] == "resolved":
        raise Refusal(
            "The exception is resolved: there is nothing to replay.",
            code="already_resolved",
            hint="`reopen` it first, if a person resolved it too soon.",
        )
    process, root_id, step = found["Process"], found["RootId"], found["Step"]
    attempts = _attempts(inquiry, process, root_id, step) if found["Kind"] in REPLAYED_KINDS else []
    failed = next((one for one in reversed(attempts) if one["Outcome"] != "success"), None)
    if failed is None:
        raise Refusal(
            f"A {found['Kind']} has no failed attempt that could be made again.",
            code="not_replayable",
            hint=f"Only exceptions of the kinds {' and '.join(REPLAYED_KINDS)} can be replayed.",
        )
    row = inquiry.verdicts(
        f"SELECT {_COLUMNS} FROM verdicts WHERE Process = {{q_process:String}} AND RootId = {{q_root:String}} LIMIT 1",  # noqa: S608 - a constant
        {"q_process": process, "q_root": root_id},
    )[0]
    replays = ledger.of_step(inquiry, process, root_id, step, attempts)
    states = outcome.states(inquiry, replays)
    under_way = next((one for one in replays if states[one.order.replay_id] in UNDER_WAY), None)
    rule = _rule(inquiry, process, step, failed, rules)
    facts = Facts(
        step=step,
        status=row["Status"],
        attempts=attempts,
        key_succeeded=_key_succeeded(inquiry, failed),
        under_way=under_way is not None,
        earlier=sum(states[one.order.replay_id] in {"failed", "no_attempt", "declined"} for one in replays),
        idempotent=rule.idempotent,
    )
    return Target(exception_id, row, step, rule, facts, replays, under_way)


def _attempts(inquiry: Inquiry, process: str, root_id: str, step: str) -> list[Mapping[str, Any]]:
    """The step's spans in the transaction, oldest first."""
    attached = inquiry.reading.attachments(process, root_id)
    return read(inquiry, span_ids(one for one in attached if one["step"] == step))


def _rule(
    inquiry: Inquiry, process: str, step: str, failed: Mapping[str, Any], rules: Sequence[ReplayRule]
) -> ReplayRule:
    system, service = failed["System"], failed["ServiceName"]
    rule = next((one for one in rules if one.takes(inquiry.tenant, process, step, system, service)), None)
    if rule is None:
        raise Refusal(
            f"No replay endpoint is registered for {step} of the service {service} in {system or 'any system'}.",
            code="no_replay_endpoint",
            hint="Ask whoever runs that integration (`ask_replay`); docs/replays.md says how to register an endpoint.",
        )
    return rule


def _key_succeeded(inquiry: Inquiry, failed: Mapping[str, Any]) -> bool:
    if not failed["IdempotencyKey"]:
        return False
    asked = {"step": failed["Step"], "system": failed["System"], "key": failed["IdempotencyKey"]}
    return bool(inquiry.rows(_KEY_SUCCEEDED, asked))
