"""The simulator's truth beside what the correlator found, transaction by transaction, in one shape."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2

from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_correlator.statements import statement
from spanledger_server.simulate import FirmTruth, TransactionTruth
from spanledger_server.simulate.span_ids import span_ids
from spanledger_store import Store

Transactions = dict[str, dict[str, Any]]

_FOUND = """
SELECT
    v.Key AS key, v.Status AS status, v.Stuck AS stuck, v.WaitingFor AS waiting_for,
    toUnixTimestamp64Nano(v.WaitingSince) AS waiting_since,
    v.WhyKind AS why_kind, v.WhyErrorKind AS why_error, v.WhyCode AS why_code, v.WhyMessage AS why_message,
    if(v.WaitingFor = '', '', v.Owner) AS owner, v.SlaState AS sla, v.Severity AS severity,
    toUnixTimestamp64Nano(v.StartedAt) AS started_at, toUnixTimestamp64Nano(v.ClosedAt) AS closed_at,
    v.LegalEntity AS legal_entity, v.Currencies AS currencies, v.Amounts AS amounts, v.OpenAmounts AS open_amounts,
    v.StepNames AS names, v.StepRequired AS required, v.StepAttempts AS attempts, v.StepDone AS done,
    arrayMap(time -> toUnixTimestamp64Nano(time), v.StepFirstSuccess) AS first_success,
    arrayMap(time -> toUnixTimestamp64Nano(time), v.StepLastSuccess) AS last_success,
    arrayMap(time -> toUnixTimestamp64Nano(time), v.StepFailingSince) AS failing_since,
    arrayMap(time -> toUnixTimestamp64Nano(time), v.StepDeadline) AS deadline,
    arraySort(arrayDistinct(arrayZip(v.ExceptionKinds, v.ExceptionSteps))) AS exceptions
FROM {relation} AS v
"""


def deliver(endpoint: str, requests: Iterable[bytes]) -> None:
    """Send OTLP requests as a client would; every one must be accepted whole."""
    with httpx2.Client(base_url=endpoint, timeout=60) as client:
        for body in requests:
            answer = client.post("/v1/traces", content=body, headers={"content-type": "application/x-protobuf"})
            assert (answer.status_code, answer.content) == (200, b"")


def moment(at: int) -> datetime:
    """An instant of whole microseconds as a datetime."""
    assert at % 1_000 == 0
    return datetime.fromtimestamp(at // 1_000_000_000, UTC)


def found(store: Store, definitions: Definitions, at: int, tenant: str = "default") -> Transactions:
    """What the correlator says at the instant `at` of everything it keeps."""
    reading = Reading(store, definitions, tenant, now=moment(at))
    rows = store.rows(_FOUND.replace("{relation}", reading.relation.sql), reading.relation.parameters)
    members = _members(store, definitions, tenant)
    return {
        row["key"]: {
            "status": row["status"],
            "stuck": bool(row["stuck"]),
            "waiting_for": row["waiting_for"] or None,
            "waiting_since": row["waiting_since"],
            "why": (row["why_kind"], row["why_error"], row["why_code"], row["why_message"]) if row["stuck"] else None,
            "owner": row["owner"] or None,
            "sla": row["sla"] or None,
            "severity": row["severity"],
            "started_at": row["started_at"],
            "closed_at": row["closed_at"],
            "legal_entity": row["legal_entity"],
            "amounts": dict(zip(row["currencies"], row["amounts"], strict=True)),
            "open_amounts": dict(zip(row["currencies"], row["open_amounts"], strict=True)),
            "exceptions": set(row["exceptions"]),
            "steps": {
                name: {
                    key: (bool(row[key][number]) if key in {"required", "done"} else row[key][number])
                    for key in (
                        "required",
                        "attempts",
                        "done",
                        "first_success",
                        "last_success",
                        "failing_since",
                        "deadline",
                    )
                }
                for number, name in enumerate(row["names"])
            },
            "members": members.get(row["key"], set()),
        }
        for row in rows
    }


def _members(store: Store, definitions: Definitions, tenant: str) -> dict[str, set[tuple[str, str]]]:
    """Every attachment, from an evaluation of everything; one slice of roots, so its work table holds them all."""
    Reading(store, definitions, tenant, as_of=datetime(2099, 1, 1, tzinfo=UTC))
    members: dict[str, set[tuple[str, str]]] = {}
    for key, trace, span in store.query(
        f"SELECT concat(Process, '/', RootId), TraceId, SpanId FROM ({statement('reading/attachments')}) "
        "WHERE Tenant = {tenant:String}",
        {"tenant": tenant},
    ).result_rows:
        members.setdefault(key, set()).add((trace, span))
    return members


def wanted(truth: FirmTruth) -> Transactions:
    """The same, as the firm knows it."""
    return {one.key: _wanted(truth, one) for one in truth.transactions}


def _wanted(truth: FirmTruth, one: TransactionTruth) -> dict[str, Any]:
    return {
        "status": one.status,
        "stuck": one.stuck,
        "waiting_for": one.waiting_for,
        "waiting_since": one.waiting_since,
        "why": (one.why.kind, one.why.error_kind, one.why.code, one.why.message) if one.why else None,
        "owner": one.owner,
        "sla": one.sla,
        "severity": one.severity,
        "started_at": one.started_at,
        "closed_at": one.closed_at,
        "legal_entity": one.legal_entity,
        "amounts": one.amounts,
        "open_amounts": one.open_amounts,
        "exceptions": set(one.exceptions),
        "steps": {
            step.rule.step: {
                "required": step.required,
                "attempts": step.attempts,
                "done": step.done_at is not None,
                "first_success": step.first_success,
                "last_success": step.last_success,
                "failing_since": step.failing_since,
                "deadline": step.deadline,
            }
            for step in one.steps
        },
        "members": {
            (ids.trace_id, ids.span_id) for ids in (span_ids(truth.plan.book, member) for member in one.members)
        },
    }


def differences(found: Transactions, wanted: Transactions) -> list[str]:
    """Every disagreement in words; none is the only good answer."""
    lines = [f"{key}: only found" for key in sorted(found.keys() - wanted.keys())]
    lines += [f"{key}: only in truth" for key in sorted(wanted.keys() - found.keys())]
    for key in sorted(found.keys() & wanted.keys()):
        for field, expected in wanted[key].items():
            actual = found[key][field]
            if field == "severity" and expected is None:
                continue
            if field == "steps":
                lines += [
                    f"{key} {name}: found {actual[name]}, truth {expected[name]}"
                    for name in expected
                    if actual[name] != expected[name]
                ]
            elif actual != expected:
                lines.append(f"{key} {field}: found {actual}, truth {expected}")
    return lines


def totals(transactions: Transactions) -> dict[str, Decimal]:
    """The money at stake in stuck invoices, per currency."""
    sums: dict[str, Decimal] = {}
    for key, one in transactions.items():
        if one["stuck"] and key.startswith("invoice-to-cash/"):
            for currency, amount in one["open_amounts"].items():
                sums[currency] = sums.get(currency, Decimal(0)) + amount
    return sums
