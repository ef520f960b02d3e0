"""How a page writes what an answer holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import quote, urlencode

from markupsafe import Markup

from spanledger_api.steps import StepProgress

_STARRED: Final = re.compile(r"\*([^*]+)\*")
_REASONS: Final = {
    "failed_step": "failed",
    "rejected_record": "rejected",
    "overdue_step": "overdue",
    "missing_step": "missing",
}


def money(amount: str | None, currency: str | None) -> str:
    """`48,200.00 EUR`; a dash where there is none. Every digit that is there is shown."""
    if amount is None or currency is None:
        return "—"
    whole, _, fraction = amount.partition(".")
    return f"{Decimal(whole):,}.{fraction} {currency}" if fraction else f"{Decimal(whole):,} {currency}"


def moment(at: datetime | None) -> Markup:
    """A time in UTC that the page's script shows in the reader's own zone."""
    if at is None:
        return Markup("—")
    return Markup('<time datetime="{}">{}</time>').format(
        at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.strftime("%Y-%m-%d %H:%M UTC")
    )


def emphasized(sentence: str) -> Markup:
    """A sentence of an answer, in which *stars* stand around what to look at."""
    pieces = _STARRED.split(sentence)
    return Markup("").join(Markup("<em>{}</em>").format(piece) if at % 2 else piece for at, piece in enumerate(pieces))


def facts(step: StepProgress) -> Markup:
    """When a step happened, failed, is due, and how much of its time is used."""
    told = []
    if step.first_success:
        told.append(moment(step.first_success))
    if step.last_success and step.last_success != step.first_success:
        told.append(Markup("last {}").format(moment(step.last_success)))
    if step.last_failure:
        told.append(Markup("failed {}").format(moment(step.last_failure)))
    if step.attempts > 1:
        told.append(Markup("{} attempts").format(step.attempts))
    if step.deadline:
        told.append(Markup("due {}").format(moment(step.deadline)))
    if step.sla_state:
        told.append(Markup("{}").format(plain(step.sla_state)))
    if step.budget and step.budget.used_percent is not None:
        of = step.budget.text or step.budget.budget.text
        told.append(Markup("{:,} % of {} used").format(step.budget.used_percent, of))
    return Markup(" · ").join(told)


def reason(kind: str) -> str:
    """Why it is stuck, in a word."""
    return _REASONS.get(kind, kind.replace("_", " "))


def step(name: str | None) -> str:
    """`invoice posted` for `invoice.posted`."""
    return "—" if name is None else name.replace(".", " ").replace("_", " ")


def plain(word: str | None) -> str:
    """A word of the data as people read it."""
    return "—" if word is None else word.replace("_", " ")


def page_of(process: str, root_id: str) -> str:
    """The address of a transaction's page."""
    return f"/transactions/{quote(process)}/{quote(root_id)}"


def clock(asked: Mapping[str, str]) -> str:
    """The part of a query that says which moment it is about, for the pages behind this one."""
    kept = {name: value for name, value in asked.items() if name in {"as_of", "known"}}
    return f"?{urlencode(kept)}" if kept else ""


def age(from_days: int, to_days: int | None) -> str:
    """The bounds of an ageing bucket."""
    if to_days is None:
        return f"over {from_days} days"
    return f"up to {to_days} day{'' if to_days == 1 else 's'}" if not from_days else f"{from_days} to {to_days} days"
