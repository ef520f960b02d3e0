"""A transaction's verdict as answers show it: the part that lists, pages and journeys share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, Field

from spanledger_api.budgets import meter, percent
from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import Duration, duration, utc, utc_or_none
from spanledger_api.money import Money, Part, elsewhere, moneys
from spanledger_correlator.budget_use import BudgetMeter
from spanledger_correlator.sentence import sentence

COLUMNS = """
    Process, Version, Key, RootType, RootId, Status, Stuck, WaitingFor, WaitingSince, WhyKind, WhyErrorKind, WhyCode,
    WhyMessage, WhySystem, Attempts, DueAt, SlaState, SlaDueAt, Severity, SeverityRule, Impact, Owner, Currencies,
    Amounts, OpenAmounts, Cash, Credits, WriteOffs, Overpaid, Elsewhere, RateMissing, LegalEntity, Region, ClientName,
    StartedAt, LastActivityAt, ClosedAt, StepNames, StepFirstSuccess, StepAttempts, Known, Pauses, PausedAt, SlaTier,
    SlaEndsAt, StepDoneAt, StepDeadline, StepRequired, StepDone
"""
"""What `summary`, `sentence` and `budget_use` read of a verdict."""


class EntityRef(BaseModel):
    """A business object."""

    type: str = Field(examples=["invoice"])
    id: str = Field(examples=["INV-1042"])
    link: str = Field(description="The entity and what it is part of.", examples=["/v1/entities/invoice/INV-1042"])


class Why(BaseModel):
    """Why a transaction cannot move: the newest failure of the step it waits for, or what that step lacks."""

    kind: str = Field(
        description="`failed_step`, `rejected_record`, `overdue_step` or `missing_step`.", examples=["rejected_record"]
    )
    error_kind: str | None = Field(description="The kind of the error, where there is one.", examples=["closed_period"])
    code: str | None = Field(description="The code as the system gave it.", examples=["PERIOD_CLOSED"])
    message: str | None = Field(description="The message as the system gave it.", examples=["period closed"])
    system: str | None = Field(description="Where it happened, or should have.", examples=["netsuite"])
    attempts: int = Field(
        description="How many attempts at the step have failed since it last succeeded.", examples=[2]
    )


class SlaView(BaseModel):
    """The SLA of a whole transaction."""

    state: str | None = Field(
        description="`on_track`, `at_risk`, `breached`, `met`, `met_late`; null without one.", examples=["at_risk"]
    )
    due_at: datetime | None = Field(
        description="By when the transaction shall be completed; null while a pause moves it."
    )
    used_percent: float | None = Field(
        description="How much of its time is used, in per cent: above 100 where it is exceeded.", examples=[62.5]
    )
    tier: str | None = Field(description="Whose target it is; null for everyone's.", examples=["platinum"])


class Links(BaseModel):
    """What to ask next."""

    transaction: str = Field(examples=["/v1/transactions/invoice-to-cash/INV-1042"])
    spans: str = Field(examples=["/v1/transactions/invoice-to-cash/INV-1042/spans"])
    journey: str = Field(examples=["/v1/entities/invoice/INV-1042/journey"])


class Summary(BaseModel):
    """A transaction and its verdict at the clock of the question."""

    key: str = Field(description="Process and root entity; stable.", examples=["invoice-to-cash/INV-1042"])
    process: str = Field(examples=["invoice-to-cash"])
    definition_version: int = Field(description="The version of the process that judged it.", examples=[1])
    entity: EntityRef
    client: str | None = Field(description="The account's name, or its id.", examples=["Acme GmbH"])
    status: str = Field(description="`open`, `completed`, `failed` or `cancelled`.", examples=["open"])
    stuck: bool = Field(description="Open, and unable to move without someone.")
    sentence: str = Field(description="All of it in one sentence.")
    waiting_for: str | None = Field(description="The step waited for.", examples=["invoice.posted"])
    waiting_since: datetime | None
    waited: Duration | None = Field(description="From `waiting_since` to the clock.")
    due_at: datetime | None = Field(description="The deadline of the step waited for.")
    paused_since: datetime | None = Field(
        description="Since when its clocks stand still, as it waits for someone outside; null if they run."
    )
    why: Why | None = Field(description="Null unless stuck.")
    owner: str | None = Field(description="Who must act.", examples=["finance-operations"])
    severity: str = Field(examples=["high"])
    severity_rule: str | None = Field(description="The rule of the definition that gave the severity.")
    impact: str = Field(examples=["revenue"])
    sla: SlaView
    amounts: list[Money] = Field(description="One per currency.")
    other_currency: list[Part] = Field(description="What settles nothing: it came in a currency that is not owed.")
    rate_missing: list[str] = Field(
        description="Pairs whose rate a severity rule would have needed: it did not match.", examples=[["USD/EUR"]]
    )
    legal_entity: str | None = Field(examples=["DE01"])
    region: str | None = Field(examples=["emea"])
    started_at: datetime
    last_activity_at: datetime
    closed_at: datetime | None
    links: Links


def summary(row: Mapping[str, Any], inquiry: Inquiry) -> Summary:
    """The verdict of a row that has `COLUMNS`, read at the inquiry's clock."""
    return Summary(**summary_fields(row, inquiry, meter(row, inquiry)))


def summary_fields(row: Mapping[str, Any], inquiry: Inquiry, budgets: BudgetMeter) -> dict[str, Any]:
    """The fields of `Summary`, for models that have more."""
    since, moment, sla = row["WaitingSince"], inquiry.moment, budgets.sla
    return {
        "key": row["Key"],
        "process": row["Process"],
        "definition_version": row["Version"],
        "entity": entity_ref(row["RootType"], row["RootId"]),
        "client": row["ClientName"] or None,
        "status": row["Status"],
        "stuck": row["Stuck"],
        "sentence": sentence(row, moment, budgets.step(row["WaitingFor"])),
        "waiting_for": row["WaitingFor"] or None,
        "waiting_since": utc_or_none(since),
        "waited": None if since is None else duration(moment - utc(since)),
        "due_at": utc_or_none(row["DueAt"]),
        "paused_since": utc_or_none(row["PausedAt"]),
        "why": why(row),
        "owner": row["Owner"] or None,
        "severity": row["Severity"],
        "severity_rule": row["SeverityRule"] or None,
        "impact": row["Impact"],
        "sla": SlaView(
            state=row["SlaState"] or None,
            due_at=utc_or_none(row["SlaDueAt"]),
            used_percent=percent(sla),
            tier=(sla.tier or None) if sla else None,
        ),
        "amounts": moneys(row),
        "other_currency": elsewhere(row),
        "rate_missing": row["RateMissing"],
        "legal_entity": row["LegalEntity"] or None,
        "region": row["Region"] or None,
        "started_at": utc(row["StartedAt"]),
        "last_activity_at": utc(row["LastActivityAt"]),
        "closed_at": utc_or_none(row["ClosedAt"]),
        "links": transaction_links(row["Process"], row["RootType"], row["RootId"]),
    }


def why(row: Mapping[str, Any]) -> Why | None:
    """Why it is stuck; None if it is not."""
    if not row["Stuck"]:
        return None
    return Why(
        kind=row["WhyKind"],
        error_kind=row["WhyErrorKind"] or None,
        code=row["WhyCode"] or None,
        message=row["WhyMessage"] or None,
        system=row["WhySystem"] or None,
        attempts=row["Attempts"],
    )


def entity_ref(entity_type: str, entity_id: str) -> EntityRef:
    """An entity with its address."""
    return EntityRef(type=entity_type, id=entity_id, link=f"/v1/entities/{quote(entity_type)}/{quote(entity_id)}")


def transaction_links(process: str, root_type: str, root_id: str) -> Links:
    """The addresses of a transaction's page, spans and journey."""
    page = f"/v1/transactions/{quote(process)}/{quote(root_id)}"
    return Links(transaction=page, spans=f"{page}/spans", journey=f"{entity_ref(root_type, root_id).link}/journey")
