"""How each kind of exception reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest

from spanledger_correlator.definition.model import ExceptionKind
from spanledger_correlator.exception_sentence import exception_sentence

NOW = datetime(2026, 4, 3, 12, tzinfo=UTC)
FAILURE = {
    "attempts": "2",
    "error_kind": "closed_period",
    "code": "P",
    "message": "period closed",
    "system": "netsuite",
}
MISMATCH = {
    "of": "account.terms",
    "entity": "A1",
    "record": "netsuite",
    "system": "salesforce",
    "value": "60",
    "other": "30",
}

TOLD = {
    "failed_step": (
        FAILURE | {"error_kind": "timeout", "message": ""},
        '*invoice posted*: NetSuite did not answer in time (2 attempts): "P"',
    ),
    "rejected_record": (FAILURE, '*invoice posted*: NetSuite refused it twice with "period closed"'),
    "incomplete_record": (
        {"lacks": "project, account.tax_id"},
        "*invoice posted* succeeded, but the record lacks project and account.tax_id",
    ),
    "overdue_step": ({}, "*invoice posted* was due on 3 April 2026 and had not happened"),
    "missing_step": ({}, "*invoice posted* never happened, although a later step has; NetSuite has not reported it"),
    "premature_step": (
        {"requires": "contract.confirmed, project.synced_to_erp"},
        "*invoice posted* succeeded although *contract confirmed* and *project synced to ERP* had not",
    ),
    "duplicate": ({}, "*invoice posted* happened twice, and the second time is no retry of the first"),
    "out_of_order": (
        {"before": "payment.received", "seconds": "7200"},
        "*invoice posted* happened 2 h after *payment received*, which comes behind it",
    ),
    "value_mismatch": (
        MISMATCH,
        'Salesforce says that account.terms of A1 is "60"; NetSuite, whose word counts, says "30"',
    ),
    "orphan": ({"reason": "no_link"}, "no transaction has taken it: nothing links what it names to one"),
    "sequence_gap": ({"told": "Two spans are missing."}, "Two spans are missing"),
    "reconciliation_gap": ({"told": "7 h of 9 are posted."}, "7 h of 9 are posted"),
    "silent_source": ({"told": "Nothing has come."}, "Nothing has come"),
}


def row(kind: str, **changes: Any) -> dict[str, Any]:
    return {
        "Subject": "invoice-to-cash/INV-1",
        "RootId": "INV-1",
        "Kind": kind,
        "Step": "invoice.posted",
        "System": "netsuite",
        "Since": NOW - timedelta(hours=4),
        "Until": None,
        "Resolution": "",
        "Detail": TOLD[kind][0],
        "Owner": "finance-operations",
        "Status": "open",
        "ClientName": "Acme GmbH",
        "Currencies": ["EUR"],
        "Amounts": [Decimal(48200)],
        "OpenAmounts": [Decimal(48200)],
    } | changes


@pytest.mark.parametrize("kind", get_args(ExceptionKind))
def test_every_kind_is_told(kind: str) -> None:
    expected = f"INV-1 (EUR 48,200.00, Acme GmbH): {TOLD[kind][1]}; since 4 h. Owner: finance-operations."
    assert exception_sentence(row(kind), NOW) == expected


def test_amounts_that_differ() -> None:
    detail = {"of": "amount", "step": "invoice.generated", "value": "12.5 EUR", "other": "10 EUR"}
    told = exception_sentence(row("value_mismatch", Detail=detail), NOW)
    assert "*invoice posted* says 12.5 EUR, *invoice generated* says 10 EUR; since 4 h" in told


def test_what_resolved_it_is_said() -> None:
    told = exception_sentence(row("rejected_record", Until=NOW - timedelta(hours=1), Resolution="succeeded"), NOW)
    assert told.endswith('with "period closed"; a late success resolved it after 3 h, on 3 April 2026.')


def test_what_belongs_to_no_transaction_is_named_as_it_is() -> None:
    assert exception_sentence(row("orphan", RootId="", Subject="span/1/2", Owner=""), NOW).startswith("A span of *inv")
    flow = row("silent_source", RootId="", Subject="flow/netsuite-invoices", Owner="")
    assert exception_sentence(flow, NOW) == "netsuite-invoices: Nothing has come; since 4 h. Nobody owns it."
