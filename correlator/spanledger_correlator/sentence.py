"""One sentence on a transaction that a finance person can read, made of its verdict and the clock it was judged at.

    INV-1042 (EUR 48,200.00, Acme GmbH) has waited 3 d 4 h for *invoice posted*: NetSuite refused it twice with
    "period closed". Owner: finance-operations.

The row is one of `reading.Reading.relation`, by column name. Times are UTC, naive or aware.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from spanledger_correlator.budget_use import BudgetUse
from spanledger_correlator.wording import amount_words, duration_words, listed, step_words, system_name, times_words

MESSAGE_LENGTH: Final = 160
"""So much of a system's own message is quoted; the whole message stands beside the sentence in every answer."""

_REFUSALS: Final = frozenset({"validation", "mapping", "conflict", "closed_period"})
_UNREACHED: Final = {
    "connectivity": "could not be reached",
    "timeout": "did not answer in time",
    "rate_limit": "had too many requests",
    "authorization": "denied access",
}


def sentence(row: Mapping[str, Any], now: datetime, budget: BudgetUse | None = None) -> str:
    """What is the matter with this transaction at `now`, the clock of its verdict.

    `budget` is that of the step waited for: where a deadline is no plain sum of time, the sentence says how it counts.
    """
    subject = f"{row['RootId']}{particulars(row)}"
    if row["Status"] != "open":
        return f"{subject} {_ending(row)}."
    waited = f"has waited {duration_words(_since(row['WaitingSince'], now))}" if row["WaitingSince"] else "waits"
    head = f"{subject} {waited} for *{step_words(row['WaitingFor'])}*" if row["WaitingFor"] else f"{subject} is open"
    paused = f" {_paused(row['PausedAt'], now)}" if row["PausedAt"] else ""
    if not row["Stuck"]:
        return f"{head}{_outlook(row['DueAt'], now, budget)}.{paused}"
    return f"{head}{_reason(row, now, budget)}. {_owner(row['Owner'])}{paused}"


def particulars(row: Mapping[str, Any]) -> str:
    """` (EUR 48,200.00, Acme GmbH)`: the money at stake while it is open, all of it afterwards."""
    parts = []
    money = listed(_money(row))
    if money:
        parts.append(money)
    if row["ClientName"]:
        parts.append(_one_line(row["ClientName"]))
    return f" ({', '.join(parts)})" if parts else ""


def _money(row: Mapping[str, Any]) -> list[str]:
    words = []
    for currency, amount, at_stake in zip(row["Currencies"], row["Amounts"], row["OpenAmounts"], strict=True):
        if row["Status"] != "open" or at_stake == amount:
            words.append(amount_words(Decimal(amount), currency=currency))
        else:
            words.append(
                f"{amount_words(Decimal(at_stake), currency=currency)} of {amount_words(Decimal(amount))} open"
            )
    return words


def _reason(row: Mapping[str, Any], now: datetime, budget: BudgetUse | None) -> str:
    kind = row["WhyKind"]
    if kind in {"failed_step", "rejected_record"}:
        return f": {failure(row)}"
    if kind == "missing_step":
        return f": {_missing(row)}"
    if kind == "overdue_step" and row["DueAt"]:
        due = f"which was due {duration_words(_since(row['DueAt'], now))} ago ({_date(row['DueAt'])}{_counted(budget)})"
        return f", {due}{_silence(row)}"
    return f" ({kind.replace('_', ' ')})" if kind else ""


def _silence(row: Mapping[str, Any]) -> str:
    """Said only where nothing at all has come: a part of a payment is no silence."""
    tried = dict(zip(row["StepNames"], row["StepAttempts"], strict=True)).get(row["WaitingFor"], 0)
    return f"; {system_name(row['WhySystem'])} has not reported it" if row["WhySystem"] and not tried else ""


def failure(row: Mapping[str, Any]) -> str:
    """Who failed, how often and with which words, as the kind of the error lets it be said."""
    system = system_name(row["WhySystem"]) if row["WhySystem"] else "The system"
    often, quoted = row["Attempts"], _quoted(row)
    tries = f" ({often} attempts)" if often > 1 else ""
    told = f": {quoted}" if quoted else ""
    count = f" {times_words(often)}" if often > 1 else ""
    with_words = f" with {quoted}" if quoted else ""
    if row["WhyErrorKind"] in _UNREACHED:
        return f"{system} {_UNREACHED[row['WhyErrorKind']]}{tries}{told}"
    if row["WhyErrorKind"] in _REFUSALS or row["WhyKind"] == "rejected_record":
        return f"{system} refused it{count}{with_words}"
    return f"it failed{count}{f' in {system}' if row['WhySystem'] else ''}{with_words}"


def _missing(row: Mapping[str, Any]) -> str:
    system = system_name(row["WhySystem"]) if row["WhySystem"] else ""
    never = f"{system} never reported it" if system else "it was never reported"
    names = list(row["StepNames"])
    if row["WaitingFor"] in names:
        position = names.index(row["WaitingFor"])
        later = [
            name for name, at in zip(names[position + 1 :], row["StepFirstSuccess"][position + 1 :], strict=True) if at
        ]
        if later:
            return f"{never}, although *{step_words(later[0])}* has happened"
    return never


def _ending(row: Mapping[str, Any]) -> str:
    closed = f" on {_date(row['ClosedAt'])} after {duration_words(row['ClosedAt'] - row['StartedAt'])}"
    words = {"completed": "was completed", "cancelled": "was cancelled", "failed": "has failed for good"}
    late = ", later than agreed" if row["SlaState"] == "met_late" else ""
    return f"{words[row['Status']]}{closed if row['ClosedAt'] else ''}{late}"


def _outlook(due: datetime | None, now: datetime, budget: BudgetUse | None) -> str:
    if due is None:
        return ""
    if _utc(due) < _utc(now):
        return f", which was due on {_date(due)}"
    return f", which is due in {duration_words(_utc(due) - _utc(now))} ({_date(due)}{_counted(budget)})"


def _counted(budget: BudgetUse | None) -> str:
    """`: 4 business hours from *claim made* on, for account tier gold, not counting 30 min of waiting for others`."""
    if budget is None or not (budget.working or budget.tier or budget.paused):
        return ""
    anchor = f" from *{step_words(budget.anchor)}* on" if budget.text and budget.anchor else ""
    said = [
        f"{budget.text}{anchor}",
        f"for {budget.tier}" if budget.tier else "",
        f"not counting {duration_words(budget.paused)} of waiting for others" if budget.paused else "",
    ]
    return f": {', '.join(part for part in said if part)}"


def _paused(since: datetime, now: datetime) -> str:
    return (
        f"Its clocks have stood still for {duration_words(_since(since, now))} (since {_date(since)}), "
        "as it waits for someone outside."
    )


def _quoted(row: Mapping[str, Any]) -> str:
    text = (_one_line(row["WhyMessage"]) or _one_line(row["WhyCode"])).rstrip(".")
    shown = text if len(text) <= MESSAGE_LENGTH else f"{text[: MESSAGE_LENGTH - 1].rstrip()}…"
    return f'"{shown}"' if shown else ""


def _owner(owner: str) -> str:
    return f"Owner: {owner}." if owner else "Nobody owns it."


def _since(moment: datetime, now: datetime) -> timedelta:
    return _utc(now) - _utc(moment)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _date(moment: datetime) -> str:
    return _utc(moment).strftime("%-d %B %Y")


def _one_line(text: str) -> str:
    return " ".join(text.split())
