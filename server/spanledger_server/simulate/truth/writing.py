"""The truth as JSON: decimals as strings, times in RFC 3339 with nine digits, spans as pairs of hex ids."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from spanledger_server.simulate.plan.book import Book
from spanledger_server.simulate.plan.instant import rfc3339
from spanledger_server.simulate.plan.occurrence import Occurrence
from spanledger_server.simulate.span_ids import span_ids
from spanledger_server.simulate.truth.firm_truth import FirmTruth
from spanledger_server.simulate.truth.judge import TransactionTruth
from spanledger_server.simulate.truth.steps import StepTruth


def as_json(found: FirmTruth) -> dict[str, Any]:
    """The truth as plain values; docs/simulate.md describes the members."""
    scope = found.plan.scope
    return {
        "seed": scope.seed,
        "invoices": scope.invoices,
        "from": rfc3339(scope.start),
        "to": rfc3339(scope.end),
        "at": rfc3339(found.at),
        "transactions": [_transaction(found.plan.book, one) for one in found.transactions],
        "orphans": [
            {
                "span": _span(found.plan.book, stray.occurrence),
                "step": stray.occurrence.name,
                "reason": stray.reason,
                "happened": rfc3339(stray.occurrence.at),
            }
            for stray in found.orphans
        ],
    }


def write_truth(found: FirmTruth, path: Path) -> None:
    """Write the truth to a file, replacing it."""
    path.write_text(json.dumps(as_json(found), indent=1) + "\n", encoding="utf-8")


def _transaction(book: Book, one: TransactionTruth) -> dict[str, Any]:
    why = one.why
    return {
        "process": one.process,
        "key": one.key,
        "ids": list(one.ids),
        "status": one.status,
        "stuck": one.stuck,
        "waiting_for": one.waiting_for,
        "waiting_since": _time(one.waiting_since),
        "why": why and {"kind": why.kind, "error_kind": why.error_kind, "code": why.code, "message": why.message},
        "owner": one.owner,
        "sla": one.sla,
        "severity": one.severity,
        "started_at": _time(one.started_at),
        "closed_at": _time(one.closed_at),
        "steps": {step.rule.step: _step(step) for step in one.steps},
        "exceptions": [{"kind": kind, "step": step} for kind, step in one.exceptions],
        "amounts": _money(one.amounts),
        "open_amounts": _money(one.open_amounts),
        "legal_entity": one.legal_entity,
        "members": sorted(_span(book, member) for member in one.members),
    }


def _step(step: StepTruth) -> dict[str, Any]:
    return {
        "required": step.required,
        "attempts": step.attempts,
        "first_success": _time(step.first_success),
        "last_success": _time(step.last_success),
        "done": step.done_at is not None,
        "failing_since": _time(step.failing_since),
        "deadline": _time(step.deadline),
    }


def _span(book: Book, occurrence: Occurrence) -> list[str]:
    ids = span_ids(book, occurrence)
    return [ids.trace_id, ids.span_id]


def _time(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


def _money(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:.2f}" for currency, amount in sorted(amounts.items())}
