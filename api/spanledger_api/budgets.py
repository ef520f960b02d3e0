"""How much of a budget is used, as answers show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from spanledger_api.inquiry import Inquiry
from spanledger_api.moments import Duration, duration, utc, utc_or_none
from spanledger_correlator.budget_use import BudgetMeter, BudgetUse


class BudgetView(BaseModel):
    """A budget and what is used of it: in working time where the definition counts that, never in a pause."""

    used_percent: float | None = Field(
        description="Above 100 where it is exceeded; null of a budget of no length.", examples=[62.5]
    )
    used: Duration
    budget: Duration
    counts: Literal["elapsed", "working"] = Field(description="Whether it is `elapsed` time, or `working` time.")
    text: str | None = Field(
        description="As the definition writes it; null for a due date that a span stated.",
        examples=["4 business hours"],
    )
    tier: str | None = Field(description="Whose budget it is; null for everyone's.", examples=["platinum"])


class PauseView(BaseModel):
    """While it waited for someone outside, its clocks stood still."""

    since: datetime
    until: datetime | None = Field(description="Null while it lasts.")
    length: Duration = Field(description="To `until`, or to the clock.")


def meter(row: Mapping[str, Any], inquiry: Inquiry) -> BudgetMeter:
    """What reads the budgets of a verdict's row that has `budget_use.COLUMNS`."""
    definition = inquiry.catalogue.version(row["Process"], row["Version"])
    return BudgetMeter(row, definition, inquiry.catalogue.calendars, inquiry.moment)


def percent(use: BudgetUse | None) -> float | None:
    """The used part in per cent; None without a budget."""
    return None if use is None or use.percent is None else float(use.percent)


def budget_view(use: BudgetUse | None) -> BudgetView | None:
    """The use of a budget; None without one."""
    if use is None:
        return None
    return BudgetView(
        used_percent=percent(use),
        used=duration(use.used),
        budget=duration(use.budget),
        counts="working" if use.working else "elapsed",
        text=use.text or None,
        tier=use.tier or None,
    )


def pauses(row: Mapping[str, Any], moment: datetime) -> list[PauseView]:
    """The pauses that had begun by a moment, in their order."""
    return [
        PauseView(
            since=utc(one["From"]),
            until=utc_or_none(one["Until"]),
            length=duration(min(utc_or_none(one["Until"]) or moment, moment) - utc(one["From"])),
        )
        for one in row["Pauses"]
        if moment - utc(one["From"]) >= timedelta()
    ]
