"""A flow for tests of money: a charge that is settled by payments, credits and write-offs, each of which can be undone."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions

from .span_rows import SpanRow

DEFINITIONS = Definitions(
    [
        parse_definition("""
process: charge-flow
version: 1
effective_from: 2020-01-01
impact: revenue
entity: charge
joined_by: [payment, credit_note]
amount_from: charge.sent
steps:
  - {step: charge.sent, system: a, start: true}
  - {step: credit_note.issued, system: a, required: false, many: true, settles: charge.sent, by: credit}
  - {step: credit_note.withdrawn, system: a, required: false, many: true, reverses: credit_note.issued}
  - {step: charge.reduced, system: a, required: false, many: true, settles: charge.sent, by: write_off}
  - {step: payment.received, system: b, within: 60m, of: charge.sent, many: true, settles: charge.sent, end: true}
  - {step: payment.reversed, system: b, required: false, many: true, reverses: payment.received}
cancelled_by: [charge.voided]
failed_by: [charge.written_off]
severity:
  - critical: {amount: ">= 100 EUR"}
  - low: {}
""")
    ]
)
CHARGE = ("charge", "C1")
KEY = "charge-flow/C1"


def money(amount: str | None, currency: str = "EUR") -> tuple[str, str] | None:
    return None if amount is None else (amount, currency)


def charge(name: str, step: str, at: float, amount: str | None = None, **more: Any) -> SpanRow:
    """A span of the charge C1: `charge.<step>`."""
    return SpanRow(name, f"charge.{step}", at, (CHARGE,), amount=money(amount)).having(**more)


def sent(amount: str = "100", at: float = 0, **more: Any) -> SpanRow:
    return charge("sent", "sent", at, amount).having(**more)


def payment(name: str, step: str, at: float, amount: str | None, *others: tuple[str, str], **more: Any) -> SpanRow:
    """`payment.<step>` of the payment that is called as the span up to the first dash: `p1` and `p1-back` are of `p1`."""
    entities = (("payment", name.split("-", maxsplit=1)[0]), *(others or (CHARGE,)))
    return SpanRow(name, f"payment.{step}", at, entities, amount=money(amount)).having(**more)


def paid(name: str, at: float, amount: str | None, *others: tuple[str, str], **more: Any) -> SpanRow:
    return payment(name, "received", at, amount, *others, **more)


def credit(name: str, step: str, at: float, amount: str | None, **more: Any) -> SpanRow:
    """`credit_note.<step>`, named like a payment."""
    entities = (("credit_note", name.split("-", maxsplit=1)[0]), CHARGE)
    return SpanRow(name, f"credit_note.{step}", at, entities, amount=money(amount)).having(**more)
