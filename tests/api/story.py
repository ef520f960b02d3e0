"""A firm's month in thirty spans, correlated by the real correlator: one deal, its hours, invoices and a payment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from spanledger_correlator import totals
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.totals_file import read_totals
from spanledger_store import Store
from tests.correlator.span_rows import EPOCH, STORED, SpanRow, hex_id, put

NOW = STORED + timedelta(hours=2)
DAY = 24 * 60.0
TOTALS = Path(__file__).parents[2] / "examples" / "totals" / "erp-totals.csv"

ACCOUNT = ("account", "ACC-7")
PROJECT = ("project", "PRJ-3")
CLIENT = (("account", "name", "Acme GmbH"), ("account", "in_crm", "true"), ("account", "tier", "gold"))
CLOSED = ("closed_period", "PERIOD_CLOSED", "period closed")


def spans() -> list[SpanRow]:
    """Everything that happened."""
    return [*_deal(), *_hours(), *_refused_invoice(), *_paid_invoices(), _technical()]


def tell(store: Store, definitions: Definitions, tenant: str = "default") -> None:
    """Store the story for a tenant, and correlate it."""
    put(store, *(span.having(tenant=tenant) for span in spans()))
    _correct(store, tenant)
    Correlator(store, definitions).catch_up()
    said = read_totals(TOTALS.read_text(encoding="utf-8"), TOTALS.name, tenant)
    totals.load(store, tenant, said, "jane.doe", STORED + timedelta(hours=1))
    _replay(store, tenant)


def _correct(store: Store, tenant: str) -> None:
    """Somebody took a payment off an invoice, and it was put back: nothing comes of it."""
    decided = UUID("5f0c1a52-7d14-4a0e-9a53-0f1b6f1f4c11")
    ends = ["payment", "PAY-1", "invoice", "INV-1043"]
    rows = [
        [tenant, decided, "cut_link", *ends, UUID(int=0), "mia", "the bank's advice names another invoice", STORED],
        [
            tenant,
            UUID("9b1de1a7-33a4-4a44-8a8c-2b7a60d4b2f2"),
            "take_back",
            *([""] * 4),
            decided,
            "jonas",
            "the advice was for another client",
            STORED + timedelta(minutes=30),
        ],
    ]
    columns = ["Tenant", "Id", "Kind", "Type", "EntityId", "OtherType", "OtherId", "Takes", "Who", "Why", "StoredAt"]
    store.insert("corrections", rows, columns)


def _replay(store: Store, tenant: str) -> None:
    """Somebody asked for refused hours to be posted again, a second person approved, and the endpoint took it."""
    order = {
        "Tenant": tenant,
        "Process": "time-to-bill",
        "RootType": "time_entry",
        "RootId": "TE-3",
        "Step": "time_entry.posted",
        "ReplayId": UUID("0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11"),
        "ExceptionId": "time-to-bill/TE-3~rejected_record~time_entry.posted~20260306T090000Z",
        "LegalEntity": "DE01",
        "Endpoint": "netsuite-time-posting",
        "Verdict": "duplicate_risk",
        "Vouched": ["period_closed"],
        "NeedsApproval": True,
        "FailedTraceId": hex_id("TE-3-posted", 16),
        "FailedSpanId": hex_id("TE-3-posted", 8),
        "TraceId": hex_id("replay", 16),
        "OutcomeWithinNs": 4 * 3600 * 10**9,
    }
    happened = [
        (30, "asked", "mia", "The period is open again.", 0, ""),
        (60, "approved", "jonas", "Agreed with accounting.", 0, ""),
        (60, "sending", "jonas", "", 0, ""),
        (60, "answered", "netsuite-time-posting", "", 202, '{"taken": true}'),
    ]
    names = ("At", "Event", "Who", "Why", "Status", "Answer")
    rows = [
        order | dict(zip(names, (STORED + timedelta(minutes=minute), *told), strict=True)) for minute, *told in happened
    ]
    store.insert("replay_events", [list(row.values()) for row in rows], list(rows[0]))


def _deal() -> list[SpanRow]:
    deal = ("opportunity", "OPP-1")
    return [
        SpanRow(
            "won",
            "opportunity.won",
            0,
            (deal, ACCOUNT),
            amount=("250000", "EUR"),
            attributes=CLIENT,
            system="salesforce",
            legal_entity="DE01",
        ),
        SpanRow("created", "project.created", 60, (deal, PROJECT), aliases=(("project", "10077"),), system="kantata"),
        SpanRow("synced", "project.synced_to_erp", 120, (PROJECT,)),
        SpanRow("activated", "project.activated", DAY, (PROJECT,), system="kantata"),
    ]


def _hours() -> list[SpanRow]:
    found = []
    for number in (1, 2, 3):
        entry = ("time_entry", f"TE-{number}")
        found += [
            SpanRow(
                f"{entry[1]}-submitted", "time_entry.submitted", 2 * DAY, (entry, PROJECT, ACCOUNT), system="kantata"
            ),
            SpanRow(
                f"{entry[1]}-approved",
                "time_entry.approved",
                3 * DAY,
                (entry, PROJECT),
                amount=("1200.50", "EUR"),
                quantity=("6.5" if number == 3 else "8", "hours"),
                producer=("9f2c41d0", number),
                system="kantata",
                legal_entity="DE01",
            ),
        ]
    for number in (1, 2):
        found.append(
            SpanRow(
                f"TE-{number}-posted",
                "time_entry.posted",
                4 * DAY,
                (("time_entry", f"TE-{number}"), PROJECT),
                quantity=("8", "hours"),
            )
        )
    refused = (("time_entry", "TE-3"), PROJECT)
    found.append(SpanRow("TE-3-posted", "time_entry.posted", 4 * DAY, refused, outcome="rejected", error=CLOSED))
    return found


def _refused_invoice() -> list[SpanRow]:
    invoice, entries = ("invoice", "INV-1042"), (("time_entry", "TE-1"), ("time_entry", "TE-2"))
    around = (invoice, PROJECT, ACCOUNT, ("billing_event", "BE-1"))
    posting = SpanRow(
        "INV-1042-posted-1",
        "invoice.posted",
        16 * DAY + 30,
        (invoice, ACCOUNT),
        trace="post",
        amount=("48200", "EUR"),
        legal_entity="DE01",
        outcome="rejected",
        error=CLOSED,
    )
    return [
        SpanRow(
            "INV-1042-generated", "invoice.generated", 16 * DAY, (*around, *entries), aliases=(("invoice", "SI-9"),)
        ),
        posting,
        posting.having(name="INV-1042-posted-2", at=16 * DAY + 90, entities=(("invoice", "SI-9"),), trace="post-2"),
    ]


def _paid_invoices() -> list[SpanRow]:
    found = []
    for number, amount in ((1043, "1000"), (1044, "500.25")):
        invoice = ("invoice", f"INV-{number}")
        found += [
            SpanRow(f"{number}-generated", "invoice.generated", 5 * DAY, (invoice, PROJECT, ACCOUNT)),
            SpanRow(
                f"{number}-posted",
                "invoice.posted",
                5 * DAY + 60,
                (invoice, ACCOUNT),
                amount=(amount, "EUR"),
                legal_entity="US01",
                attributes=CLIENT,
            ),
            SpanRow(f"{number}-crm", "invoice.synced_to_crm", 5 * DAY + 90, (invoice,), system="salesforce"),
        ]
    found.append(
        SpanRow(
            "payment",
            "payment.received",
            10 * DAY,
            (("payment", "PAY-1"), ("invoice", "INV-1043"), ("invoice", "INV-1044")),
            amount=("900.25", "EUR"),
            allocations=(("invoice", "INV-1043", "400"), ("invoice", "INV-1044", "500.25")),
        )
    )
    return found


def _technical() -> SpanRow:
    """An ordinary span in the trace of the first refusal."""
    attributes = {"http.request.method": "POST", "http.response.status_code": "400"}
    return SpanRow("POST /invoice", "", 16 * DAY + 29, trace="post", service="boomi", span_attributes=attributes)


__all__ = ["EPOCH", "NOW", "spans", "tell"]
