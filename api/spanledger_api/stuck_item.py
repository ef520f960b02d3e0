"""One stuck transaction as the stuck list shows it, in JSON and as lines of CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from spanledger_api.budgets import meter, percent
from spanledger_api.inquiry import Inquiry
from spanledger_api.lists.listing import Cell
from spanledger_api.moments import Duration, duration, utc, utc_or_none
from spanledger_api.money import Money, Part, elsewhere, moneys
from spanledger_api.reporting import Reporting
from spanledger_api.verdict import EntityRef, Links, Why, entity_ref, transaction_links, why
from spanledger_correlator.sentence import sentence


class StuckItem(BaseModel):
    """One stuck transaction."""

    key: str = Field(description="The transaction.", examples=["invoice-to-cash/INV-1042"])
    process: str = Field(examples=["invoice-to-cash"])
    entity: EntityRef
    client: str | None = Field(description="The account's name, or its id.", examples=["Acme GmbH"])
    amount: str | None = Field(
        description="The money at stake in `currency`: what is not yet settled. A decimal as a string.",
        examples=["48200.00"],
    )
    currency: str | None = Field(
        description="The currency asked for, else the first of its currencies; null without money.", examples=["EUR"]
    )
    amounts: list[Money] = Field(description="All its money, one per currency.")
    other_currency: list[Part] = Field(description="What settles nothing: it came in a currency that is not owed.")
    reporting_amount: str | None = Field(
        description="The money at stake in the reporting currency asked for, as far as there are rates.",
        examples=["44563.58"],
    )
    waiting_for: str = Field(description="The step waited for.", examples=["invoice.posted"])
    waiting_since: datetime | None
    waited: Duration | None = Field(description="From `waiting_since` to the clock.")
    why: Why
    owner: str | None = Field(description="Who must act.", examples=["finance-operations"])
    severity: str = Field(examples=["high"])
    severity_rule: str | None = Field(description="The rule of the definition that gave the severity.")
    rate_missing: list[str] = Field(
        description="Pairs whose rate a severity rule would have needed: it did not match.", examples=[["USD/EUR"]]
    )
    impact: str = Field(examples=["revenue"])
    sla_state: str | None = Field(description="The SLA of the whole transaction.", examples=["at_risk"])
    sla_due_at: datetime | None
    sla_used_percent: float | None = Field(
        description="How much of its time is used, in per cent: above 100 where it is exceeded.", examples=[62.5]
    )
    due_at: datetime | None = Field(description="The deadline of the step waited for.")
    legal_entity: str | None = Field(examples=["DE01"])
    region: str | None = Field(examples=["emea"])
    sentence: str = Field(description="All of it in one sentence.")
    links: Links


CSV_COLUMNS = (
    "key", "process", "entity_type", "entity_id", "client", "currency", "amount", "amount_whole", "cash", "credit",
    "write_off", "overpaid", "reporting_amount", "waiting_for", "waiting_since", "waited_seconds", "waited", "why_kind", "why_error_kind", "why_code", "why_message", "why_system",
    "attempts", "owner", "severity", "severity_rule", "impact", "sla_state", "sla_due_at", "sla_used_percent", "due_at", "legal_entity",
    "region", "sentence",
)  # fmt: skip
"""A line per item and currency: an item with money in two currencies has two lines, one without money has one."""


_MONEY_COLUMNS = ("currency", "amount", "amount_whole", "cash", "credit", "write_off", "overpaid", "reporting_amount")


def item(
    row: Mapping[str, Any], inquiry: Inquiry, currency: str | None, reporting: Reporting | None = None
) -> StuckItem:
    """The item of a verdict; `currency` is the one asked for, `reporting` the one to convert to."""
    since, moment, budgets = row["WaitingSince"], inquiry.moment, meter(row, inquiry)
    amounts = moneys(row)
    ranked = currency or min((money.currency for money in amounts), default=None)
    reason = why(row)
    assert reason is not None  # only what is stuck is selected
    return StuckItem(
        key=row["Key"],
        process=row["Process"],
        entity=entity_ref(row["RootType"], row["RootId"]),
        client=row["ClientName"] or None,
        amount=next((money.open for money in amounts if money.currency == ranked), None),
        currency=ranked,
        amounts=amounts,
        other_currency=elsewhere(row),
        reporting_amount=reporting.sum(zip(row["Currencies"], row["OpenAmounts"], strict=True)) if reporting else None,
        rate_missing=row["RateMissing"],
        waiting_for=row["WaitingFor"],
        waiting_since=utc_or_none(since),
        waited=None if since is None else duration(moment - utc(since)),
        why=reason,
        owner=row["Owner"] or None,
        severity=row["Severity"],
        severity_rule=row["SeverityRule"] or None,
        impact=row["Impact"],
        sla_state=row["SlaState"] or None,
        sla_due_at=utc_or_none(row["SlaDueAt"]),
        sla_used_percent=percent(budgets.sla),
        due_at=utc_or_none(row["DueAt"]),
        legal_entity=row["LegalEntity"] or None,
        region=row["Region"] or None,
        sentence=sentence(row, moment, budgets.step(row["WaitingFor"])),
        links=transaction_links(row["Process"], row["RootType"], row["RootId"]),
    )


def lines(one: StuckItem, currency: str | None, reporting: Reporting | None = None) -> Iterator[dict[str, Cell]]:
    """The CSV lines of an item: one per currency, `currency` alone if it was asked for."""
    flat: dict[str, Cell] = {
        "key": one.key,
        "process": one.process,
        "entity_type": one.entity.type,
        "entity_id": one.entity.id,
        "client": one.client,
        "waiting_for": one.waiting_for,
        "waiting_since": one.waiting_since,
        "waited_seconds": one.waited.seconds if one.waited else None,
        "waited": one.waited.text if one.waited else None,
        "why_kind": one.why.kind,
        "why_error_kind": one.why.error_kind,
        "why_code": one.why.code,
        "why_message": one.why.message,
        "why_system": one.why.system,
        "attempts": one.why.attempts,
        "owner": one.owner,
        "severity": one.severity,
        "severity_rule": one.severity_rule,
        "impact": one.impact,
        "sla_state": one.sla_state,
        "sla_due_at": one.sla_due_at,
        "sla_used_percent": None if one.sla_used_percent is None else Decimal(str(one.sla_used_percent)),
        "due_at": one.due_at,
        "legal_entity": one.legal_entity,
        "region": one.region,
        "sentence": one.sentence,
    }
    shown = [money for money in one.amounts if currency in {None, money.currency}]
    for money in shown:
        yield flat | {
            "currency": money.currency,
            "amount": Decimal(money.open),
            "amount_whole": Decimal(money.amount),
            "cash": Decimal(money.cash),
            "credit": Decimal(money.credit),
            "write_off": Decimal(money.write_off),
            "overpaid": Decimal(money.overpaid),
            "reporting_amount": _converted(money, reporting),
        }
    if not shown:
        yield flat | dict.fromkeys(_MONEY_COLUMNS)


def _converted(money: Money, reporting: Reporting | None) -> Cell:
    found = reporting.sum([(money.currency, Decimal(money.open))]) if reporting else None
    return None if found is None else Decimal(found)
