"""A ledger of one transaction in plain Python and Decimal, written from docs/definitions.md ("Money") and not from the
SQL: what that is held to. Times are minutes from `EPOCH`, spans sorted by (time, span id).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from spanledger_correlator.definition.model import ProcessDefinition, StepRule

from .span_rows import SpanRow

NOTHING = Decimal(0)


@dataclass
class Account:
    """What stands on one settling step in one currency."""

    parts: list[tuple[SpanRow, str, Decimal]] = field(default_factory=list)
    """Span, payment it names, amount."""
    taken: list[tuple[SpanRow, Decimal]] = field(default_factory=list)

    def named(self, party: str) -> Decimal:
        return sum((amount for _, name, amount in self.parts if name == party), NOTHING)

    def take(self, span: SpanRow, at_most: Decimal) -> Decimal:
        amount = min(_amount(span, absolute=True), max(at_most, NOTHING))
        self.taken.append((span, amount))
        return amount

    @property
    def total(self) -> Decimal:
        return sum((amount for *_, amount in self.parts), NOTHING) - sum((amount for _, amount in self.taken), NOTHING)


@dataclass(frozen=True)
class Settlement:
    """What became of an amount owed: since when it is settled for good, and the parts by currency and means."""

    done_at: float | None
    parts: Mapping[str, Mapping[str, Decimal]]


class PythonLedger:
    """The money of one transaction. `aliases` says by which id a payment or credit note goes."""

    def __init__(
        self, definition: ProcessDefinition, spans: Sequence[SpanRow], aliases: Mapping[str, str] | None = None
    ) -> None:
        self.definition = definition
        self.spans = spans
        self.aliases = aliases or {}

    def amounts(self) -> dict[str, Decimal]:
        """One amount a currency."""
        name = self.definition.amount_from
        settling = {rule.name for rule in self.definition.steps if rule.settles or rule.reverses}
        own = [span for span in self.spans if span.step == name]
        undone = max((span.at for span in own if span.outcome == "compensated"), default=None)
        good = [span for span in own if _good(span) and (undone is None or span.at > undone)]
        root = [
            span
            for span in self.spans
            if span.step.startswith(f"{self.definition.entity}.") and span.step not in settling
        ]
        for candidates in (good, own, root):
            stated = {span.amount[1]: Decimal(span.amount[0]) for span in candidates if span.amount}
            if stated:
                return dict(sorted(stated.items()))
        return {}

    def settlement(self, target: str) -> Settlement:
        """How the amount of a step is settled by the steps that settle it."""
        owed = self._unwiped([span for span in self.spans if span.step == target], lambda _: True)
        owed = [span for span in owed if _good(span) and span.amount]
        events: dict[str, list[tuple[float, Decimal, SpanRow, bool]]] = defaultdict(list)
        newest: dict[str, Decimal] = {}
        for span in owed:
            currency = _currency(span)
            change = _amount(span) - newest.get(currency, NOTHING)
            events[currency].append((span.at, -change, span, currency not in newest))
            newest[currency] = _amount(span)
        parts: dict[str, dict[str, Decimal]] = {}
        for rule in self.definition.steps:
            if rule.settles != target:
                continue
            for currency, account in self._accounts(rule).items():
                means = parts.setdefault(currency, {"cash": NOTHING, "credit": NOTHING, "write_off": NOTHING})
                means[rule.by] += account.total
                events[currency] += [(span.at, amount, span, False) for span, _, amount in account.parts]
                events[currency] += [(span.at, -amount, span, False) for span, amount in account.taken]
        reached = [_reached(events[currency]) for currency in newest]
        done_at = max((at for at in reached if at is not None), default=None)
        return Settlement(None if None in reached else done_at, parts)

    def _accounts(self, rule: StepRule) -> dict[str, Account]:
        prefix = rule.name.split(".")[0]
        kind = "" if prefix == self.definition.entity else prefix

        def party(span: SpanRow) -> str:
            ids = [entity for one, entity in span.entities if one == kind]
            return self.aliases.get(ids[0], ids[0]) if len(ids) == 1 else ""

        own = self._unwiped(
            [span for span in self.spans if span.step == rule.name], lambda span: not span.amount, party
        )
        reversing: list[SpanRow] = []
        for other in self.definition.steps:
            if other.reverses == rule.name:
                reversing += self._unwiped(
                    [span for span in self.spans if span.step == other.name], lambda _: True, party
                )
        moves = sorted([*own, *reversing], key=lambda span: (span.at, span.span_id))
        for wipe in [span for span in reversing if not span.amount]:
            moves = [span for span in moves if span.at > wipe.at or party(wipe) not in ("", party(span))]
        accounts: dict[str, Account] = defaultdict(Account)
        taking: list[SpanRow] = []
        for span in _once([span for span in moves if span.amount]):
            if span.step == rule.name and span.outcome != "compensated":
                accounts[_currency(span)].parts.append((span, party(span), _amount(span)))
            else:
                taking.append(span)
        pools: dict[tuple[str, str], Decimal] = {}
        for span in [span for span in taking if party(span)]:
            account = accounts[_currency(span)]
            present = {name for _, name, _ in account.parts}
            pool = (_currency(span), party(span) if party(span) in present else "")
            left = pools.get(pool, account.named(pool[1]))
            pools[pool] = left - account.take(span, left)
        for span in [span for span in taking if not party(span)]:
            account = accounts[_currency(span)]
            account.take(span, account.total)
        return accounts

    def _unwiped(
        self,
        spans: list[SpanRow],
        wipes: Callable[[SpanRow], bool],
        party: Callable[[SpanRow], str] = lambda _: "",
    ) -> list[SpanRow]:
        """Successes, and compensations that carry an amount of their own, without what a compensation wiped away."""
        wiping = [span for span in spans if span.outcome == "compensated" and wipes(span)]
        return [
            span
            for span in spans
            if (_good(span) or span.outcome == "compensated")
            and span not in wiping
            and all(span.at > wipe.at or party(wipe) not in ("", party(span)) for wipe in wiping)
        ]

    def split(self, status: str) -> dict[str, dict[str, Decimal]]:
        """By currency: amount, open, cash, credit, write_off, overpaid; what is not owed stands in `elsewhere`."""
        parts = self.settlement(self.definition.amount_from).parts
        found = {}
        for currency, amount in self.amounts().items():
            means = parts.get(currency, {})
            cash, credit, given = (means.get(one, NOTHING) for one in ("cash", "credit", "write_off"))
            rest = max(NOTHING, amount - cash - credit)
            lost = {"failed": rest, "cancelled": NOTHING}.get(status, min(rest, max(NOTHING, given)))
            found[currency] = {
                "amount": amount,
                "open": NOTHING if status in ("failed", "cancelled") else rest - lost,
                "cash": cash,
                "credit": credit,
                "write_off": lost,
                "overpaid": max(NOTHING, cash if status == "cancelled" else cash + credit - max(NOTHING, amount)),
            }
        return found

    def elsewhere(self) -> dict[str, Decimal]:
        """What was settled in currencies in which nothing is owed."""
        parts, owed = self.settlement(self.definition.amount_from).parts, self.amounts()
        return {
            currency: sum(means.values(), NOTHING)
            for currency, means in sorted(parts.items())
            if currency not in owed and any(means.values())
        }


def _reached(events: list[tuple[float, Decimal, SpanRow, bool]]) -> float | None:
    """Since when the balance is not negative for good; None if it is negative."""
    balance, since = NOTHING, None
    for at, change, _, first in sorted(events, key=lambda one: (one[0], one[1] < 0, one[2].span_id)):
        before, balance = balance, balance + change
        if balance >= 0 and (before < 0 or first):
            since = at
    return since if balance >= 0 else None


def _once(spans: Iterable[SpanRow]) -> list[SpanRow]:
    """One idempotency key counts once a step and direction."""
    seen, kept = set(), []
    for span in spans:
        mark = (span.step, span.outcome == "compensated", span.key)
        if not span.key or mark not in seen:
            kept.append(span)
        seen.add(mark)
    return kept


def _good(span: SpanRow) -> bool:
    return span.outcome in ("", "success")


def _amount(span: SpanRow, *, absolute: bool = False) -> Decimal:
    amount = Decimal(span.amount[0]) if span.amount else NOTHING
    return abs(amount) if absolute else amount


def _currency(span: SpanRow) -> str:
    return span.amount[1] if span.amount else ""
