"""The stuck invoices as a finance lead reads them: how much, which ones, why, and who must act."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

from rich import box
from rich.table import Table
from rich.text import Text

from spanledger_correlator.wording import amount_words, duration_words, listed, step_words, system_name, times_words
from spanledger_server.demo.questions import Item, Process, Stuck

SHOWN_PER_CURRENCY = 5
"""So many invoices of each currency are listed, because amounts in two currencies have no order; the API has them all."""

TABLE_WIDTH = 112
"""On a narrower terminal each invoice is a sentence instead of a row, in characters."""

_MESSAGE_LENGTH = 60
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}
_NOBODY = "nobody"


def headline(stuck: Stuck) -> str:
    """One sentence: how many invoices are stuck, and for how much in each currency."""
    if not stuck.count:
        return "No invoice is stuck."
    are = "invoice is" if stuck.count == 1 else "invoices are"
    money = listed([amount_words(total.amount, currency=total.currency) for total in stuck.totals])
    return f"{stuck.count:,} {are} stuck{f', with {money} not yet paid' if money else ''}."


def worst(stuck: Stuck) -> list[list[Item]]:
    """The worst invoices of each currency, those without money last."""
    by_currency: defaultdict[str, list[Item]] = defaultdict(list)
    for item in stuck.items:
        by_currency[item.amounts[0].currency if item.amounts else ""].append(item)
    return [
        by_currency[currency][:SHOWN_PER_CURRENCY] for currency in sorted(by_currency, key=lambda one: (not one, one))
    ]


def table(stuck: Stuck) -> Table:
    """The worst invoices, one a row, a section a currency."""
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    grid.add_column("Invoice", no_wrap=True)
    grid.add_column("Client", overflow="ellipsis", no_wrap=True, max_width=26)
    grid.add_column("At stake", justify="right", no_wrap=True)
    grid.add_column("Waits for", min_width=10, max_width=22)
    grid.add_column("Since", justify="right", no_wrap=True)
    grid.add_column("Why", min_width=20)
    grid.add_column("Severity", no_wrap=True)
    grid.add_column("Who must act", no_wrap=True)
    for items in worst(stuck):
        for item in items:
            grid.add_row(*_cells(item, stuck.as_of))
        grid.add_section()
    return grid


def sentences(stuck: Stuck) -> Iterator[Text]:
    """The worst invoices as the sentences of the API."""
    for items in worst(stuck):
        for item in items:
            yield Text.assemble("• ", (f"{item.severity}: ", _STYLES.get(item.severity, "")), item.sentence)


def owners(stuck: Stuck) -> Table:
    """Who must act: how many invoices each owner has, and for how much in each currency."""
    counts: Counter[str] = Counter()
    money: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for item in stuck.items:
        owner = item.owner or _NOBODY
        counts[owner] += 1
        for held in item.amounts:
            money[owner][held.currency] += held.open
    currencies = [total.currency for total in stuck.totals]
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False, show_footer=True)
    grid.add_column("Who must act", footer="all")
    grid.add_column("Invoices", justify="right", footer=f"{stuck.count:,}")
    for total in stuck.totals:
        grid.add_column(total.currency, justify="right", footer=amount_words(total.amount))
    for owner, count in counts.most_common():
        amounts = (money[owner].get(currency) for currency in currencies)
        grid.add_row(owner, f"{count:,}", *("" if amount is None else amount_words(amount) for amount in amounts))
    return grid


def reason(item: Item, now: datetime) -> str:
    """Why it is stuck, in a few words."""
    why = item.why
    system = system_name(why.system) if why.system else "the system"
    if why.kind in {"failed_step", "rejected_record"}:
        said = _short(why.message or why.code or "")
        verb = "refused it" if why.kind == "rejected_record" else "failed"
        return f"{system} {verb} {times_words(max(why.attempts, 1))}{f': {said}' if said else ''}"
    if why.kind == "overdue_step" and item.due_at is not None:
        return f"was due {duration_words(now - item.due_at)} ago"
    if why.kind == "missing_step":
        return f"{system} never reported it, and later steps happened"
    return step_words(why.kind)


def closing(api: str, stuck: Stuck, others: Iterable[Process]) -> list[tuple[str, str]]:
    """Where to go on from here: what it is, and its address or its answer."""
    lines = []
    invoices = f"{api}/v1/stuck?process=invoice-to-cash"
    left = stuck.count - sum(map(len, worst(stuck)))
    if left:
        lines.append((f"{left:,} more invoices", invoices))
    beside = listed([f"{other.stuck:,} in {other.title.lower()}" for other in others if other.stuck])
    if beside:
        lines.append(("Stuck as well", beside))
    lines.append(("The same in a browser", f"{api}/?process=invoice-to-cash"))
    lines.append(("All of them for a spreadsheet", f"{invoices}&format=xlsx"))
    if stuck.items:
        process, _, root = stuck.items[0].key.partition("/")
        lines.append(("The worst one, step by step", f"{api}/v1/transactions/{process}/{quote(root, safe='/')}"))
    lines.append(("Every question there is", f"{api}/docs"))
    return lines


def _cells(item: Item, now: datetime) -> list[str | Text]:
    return [
        item.entity.id,
        item.client or "",
        "\n".join(amount_words(held.open, currency=held.currency) for held in item.amounts),
        step_words(item.waiting_for).removeprefix("invoice "),
        item.waited.text if item.waited else "",
        Text(reason(item, now)),
        Text(item.severity, style=_STYLES.get(item.severity, "")),
        item.owner or _NOBODY,
    ]


def _short(text: str) -> str:
    words = " ".join(text.split())
    return (
        f"“{words if len(words) <= _MESSAGE_LENGTH else words[: _MESSAGE_LENGTH - 1].rstrip() + '…'}”" if words else ""
    )
