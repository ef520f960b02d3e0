"""The report that a finance lead reads: sums, reasons and owners."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from rich.console import Console
from rich.table import Table

from spanledger_server.demo.questions import Entity, Item, Money, Process, Stuck, Total, Waited, Why
from spanledger_server.demo.report import SHOWN_PER_CURRENCY, closing, headline, owners, reason, sentences, table, worst

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _why(kind: str, message: str | None = None, attempts: int = 0) -> Why:
    return Why(kind=kind, code="E1" if message else None, message=message, system="netsuite", attempts=attempts)


def _item(name: str, *money: tuple[str, str], why: Why | None = None, owner: str | None = "collections") -> Item:
    return Item(
        key=f"invoice-to-cash/{name}",
        entity=Entity(type="invoice", id=name),
        client="Acme GmbH",
        amounts=[Money(currency=currency, open=Decimal(amount)) for currency, amount in money],
        waiting_for="invoice.synced_to_crm",
        waited=Waited(text="3 d 4 h"),
        due_at=NOW - timedelta(days=2, hours=1),
        why=why or _why("overdue_step"),
        owner=owner,
        severity="high",
        sentence=f"{name} waits [sic].",
    )


def _stuck(*items: Item) -> Stuck:
    sums: dict[str, Decimal] = {}
    for item in items:
        for held in item.amounts:
            sums[held.currency] = sums.get(held.currency, Decimal(0)) + held.open
    totals = [Total(currency=each, amount=sums[each], entities=1) for each in sorted(sums)]
    return Stuck(as_of=NOW, count=len(items), by_severity={"high": len(items)}, totals=totals, items=list(items))


def _shown(grid: Table) -> list[list[str]]:
    """The rows of a printed table, each as its words between wide gaps."""
    out = io.StringIO()
    Console(file=out, width=200).print(grid)
    return [re.split(r"\s{2,}", line.strip()) for line in out.getvalue().splitlines() if line.strip()]


def test_the_headline_says_how_many_and_how_much_in_each_currency() -> None:
    stuck = _stuck(_item("INV-1", ("EUR", "1000.10")), _item("INV-2", ("EUR", "0.20"), ("USD", "5")))
    assert headline(stuck) == "2 invoices are stuck, with EUR 1,000.30 and USD 5.00 not yet paid."
    assert headline(_stuck(_item("INV-1"))) == "1 invoice is stuck."
    assert headline(_stuck()) == "No invoice is stuck."


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (_why("failed_step", "period  closed", 2), "NetSuite failed twice: “period closed”"),
        (_why("rejected_record", None, 1), "NetSuite refused it once"),
        (_why("overdue_step"), "was due 2 d 1 h ago"),
        (_why("missing_step"), "NetSuite never reported it, and later steps happened"),
    ],
)
def test_a_reason_says_who_and_what(why: Why, expected: str) -> None:
    assert reason(_item("INV-1", why=why), NOW) == expected


def test_a_long_message_is_cut_where_it_shows() -> None:
    shown = reason(_item("INV-1", why=_why("failed_step", "x" * 500, 1)), NOW)
    assert shown.endswith("x…”")
    assert len(shown) < 100


def test_a_row_says_everything_there_is_to_know() -> None:
    rows = _shown(table(_stuck(_item("INV-1", ("EUR", "48200")))))
    assert rows[0] == ["Invoice", "Client", "At stake", "Waits for", "Since", "Why", "Severity", "Who must act"]
    assert rows[2] == [
        "INV-1", "Acme GmbH", "EUR 48,200.00", "synced to CRM", "3 d 4 h", "was due 2 d 1 h ago", "high", "collections",
    ]  # fmt: skip


def test_the_worst_of_each_currency_are_listed_and_the_rest_is_counted() -> None:
    euros = [_item(f"INV-E{number}", ("EUR", "1")) for number in range(SHOWN_PER_CURRENCY + 3)]
    stuck = _stuck(*euros, _item("INV-U1", ("USD", "1")), _item("INV-N1"))
    shown = [[item.entity.id for item in items] for items in worst(stuck)]
    assert shown == [[f"INV-E{number}" for number in range(SHOWN_PER_CURRENCY)], ["INV-U1"], ["INV-N1"]]
    assert len(_shown(table(stuck))) == 2 + SHOWN_PER_CURRENCY + 2
    assert closing("http://api", stuck, [])[0] == ("3 more invoices", "http://api/v1/stuck?process=invoice-to-cash")


def test_a_narrow_terminal_gets_the_sentences() -> None:
    stuck = _stuck(_item("INV-1", ("EUR", "1")))
    assert [line.plain for line in sentences(stuck)] == ["• high: INV-1 waits [sic]."]


def test_owners_add_up_to_the_totals_in_each_currency() -> None:
    stuck = _stuck(
        _item("INV-1", ("EUR", "10.50")),
        _item("INV-2", ("EUR", "1.50"), ("USD", "7")),
        _item("INV-3", ("USD", "3"), owner=None),
    )
    rows = _shown(owners(stuck))
    assert ["Who must act", "Invoices", "EUR", "USD"] in rows
    assert ["collections", "2", "12.00", "7.00"] in rows
    assert ["nobody", "1", "3.00"] in rows
    assert rows[-1] == ["all", "3", "12.00", "10.00"]


def test_the_closing_lines_name_the_worst_and_what_else_is_stuck() -> None:
    others = [Process(process="a", title="Time to bill", stuck=4), Process(process="b", title="Quiet", stuck=0)]
    lines = dict(closing("http://api", _stuck(_item("INV 9", ("EUR", "1"))), others))
    assert lines["Stuck as well"] == "4 in time to bill"
    assert lines["The worst one, step by step"] == "http://api/v1/transactions/invoice-to-cash/INV%209"
    assert lines["The same in a browser"] == "http://api/?process=invoice-to-cash"
    assert lines["Every question there is"] == "http://api/docs"
