"""The business that the benchmark plays, as plain data: which spans one invoice has, and what they say.

Texts hold the tokens {block}, {client}, {half} and {whole}. `template` replaces them in the encoded bytes, for each
request anew; every token has a fixed width, so nothing else in the request moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Value = str | int | list[str]

HOURS = 6
"""Time entries on one invoice."""

_SYSTEM_HOSTS = {"kantata": "api.kantata.example", "netsuite": "erp.example", "salesforce": "crm.example"}
_BOOKS = (("EUR", "DE01", "emea"), ("USD", "US02", "amer"), ("GBP", "UK03", "emea"))
# An invoice without hours is no step of time-to-bill: it must not wait there for hours that never come.
_INVOICE_ALONE = {"business.process": "invoice-to-cash"}
_DAY = 86_400.0


@dataclass(frozen=True)
class PlannedSpan:
    """One span of one invoice's business.

    `phase` orders the spans in time: each phase is sent in a later request than the one before. Spans of one invoice
    and phase share a trace. `age` is how many seconds before its sending the span ended.
    """

    name: str
    phase: int
    system: str
    attributes: Mapping[str, Value]
    group: int = 0
    age: float = 0.0
    failed: bool = False
    parent: str | None = None
    """The name of the span of the same group and phase that this one is a child of."""


def completed(group: int) -> Iterator[PlannedSpan]:
    """An invoice over six hours worked, from their submission to the last payment: 25 spans in 8 phases, 7
    transactions that all complete. One hour is refused once; the second payment names no invoice, and is found by the
    link that its announcement made.
    """
    invoice = f"INV-{{block}}-{group:03d}"
    hours = [f"TE-{{block}}-{group:03d}-{number}" for number in range(HOURS)]
    currency, _, _ = _BOOKS[group % 3]
    for number, hour in enumerate(hours):
        entities = {"time_entry": hour, "project": "PRJ-{client}", "resource": f"RES-{number}{{client}}"}
        amount = {"business.amount": f"{100 + 7 * group + number}.{number}0", "business.currency": currency}
        quantity = {"business.quantity": f"{1 + number}.50", "business.unit": "hours"}
        yield _span("time_entry.submitted", 0, "kantata", group, entities, quantity)
        yield _span("time_entry.approved", 1, "kantata", group, entities, quantity | amount)
        if number == group % HOURS:
            yield _refused("time_entry.posted", 2, group, entities)
            yield _span("time_entry.posted", 3, "netsuite", group, entities, quantity | amount)
        else:
            yield _span("time_entry.posted", 2, "netsuite", group, entities, quantity | amount)
    yield from _billed(group, invoice, phase=4, hours=hours)
    yield _span("invoice.synced_to_crm", 5, "salesforce", group, {"invoice": invoice, "account": "ACC-{client}"}, {})
    half = {"business.amount": f"{{half}}.{group % 50:02d}", "business.currency": currency}
    first, second = f"PAY-{{block}}-{group:03d}-1", f"PAY-{{block}}-{group:03d}-2"
    split = {"business.allocation.invoice": [f"{invoice}={{half}}.{group % 50:02d}"]}
    yield _span("payment.received", 6, "netsuite", group, {"payment": first, "invoice": invoice}, {**half, **split})
    yield _span("payment.announced", 6, "netsuite", group, {"payment": second, "invoice": invoice}, half)
    yield _span("payment.received", 7, "netsuite", group, {"payment": second}, half)


def open_invoice(group: int) -> Iterator[PlannedSpan]:
    """An invoice that is open: of ten, one was refused by the ERP three days ago, one is two weeks overdue, and eight
    wait for a payment that is not due yet. One in twenty is over more than 100,000.
    """
    age = {0: 3 * _DAY, 1: 45 * _DAY}.get(group % 10, 5 * _DAY)
    yield from _billed(group, f"INV-{{block}}-{group:03d}", phase=0, age=age, refused=group % 10 == 0)


def generated(group: int) -> Iterator[PlannedSpan]:
    """A new invoice: one span."""
    entities = {"invoice": f"INV-{{block}}-{group:03d}", "account": "ACC-{client}"}
    yield _span("invoice.generated", 0, "netsuite", group, entities, _INVOICE_ALONE)


def invoice_id(block: int, group: int) -> str:
    """The id that an invoice of `block` has once the tokens are replaced."""
    return f"INV-{block:08d}-{group:03d}"


def stuck_share(invoices: int) -> int:
    """How many of so many of `open_invoice`s are stuck."""
    return invoices // 5


def _billed(
    group: int, invoice: str, *, phase: int, hours: Sequence[str] = (), age: float = 0.0, refused: bool = False
) -> Iterator[PlannedSpan]:
    currency, _, _ = _BOOKS[group % 3]
    # Clients of their own: what `completed` says of its clients must not make a further step required here.
    client = "{client}" if hours else "9{client}"
    entities: dict[str, str | list[str]] = {
        "invoice": invoice,
        "account": f"ACC-{client}",
        "project": "PRJ-{client}",
        "billing_event": f"BE-{{block}}-{group:03d}",
    }
    if hours:
        entities["time_entry"] = list(hours)
    facts = {"business.attribute.account.name": f"Client {client} GmbH"}
    facts |= {"business.attribute.account.in_crm": "true"} if hours else _INVOICE_ALONE
    yield _span("invoice.generated", phase, "netsuite", group, entities, facts, age=age + 60)
    large = "00" if not hours and group % 20 == 0 else ""
    amount = f"{{whole}}{large}.{2 * (group % 50):02d}"
    money = {"business.amount": amount, "business.currency": currency}
    named = {"invoice": invoice, "account": f"ACC-{client}"}
    if refused:
        yield _refused("invoice.posted", phase, group, named, money, age)
    else:
        yield _span("invoice.posted", phase, "netsuite", group, named, money, age=age, parent="invoice.generated")


def _refused(
    step: str,
    phase: int,
    group: int,
    entities: Mapping[str, str | list[str]],
    extra: Mapping[str, Value] | None = None,
    age: float = 0.0,
) -> PlannedSpan:
    error: dict[str, Value] = {
        "business.outcome": "rejected",
        "business.error.kind": "closed_period",
        "business.error.code": "PERIOD_CLOSED",
        "business.error.message": "The posting period is closed",
    }
    return _span(step, phase, "netsuite", group, entities, {**error, **(extra or {})}, age=age)


def _span(
    step: str,
    phase: int,
    system: str,
    group: int,
    entities: Mapping[str, str | list[str]],
    extra: Mapping[str, Value],
    *,
    age: float = 0.0,
    parent: str | None = None,
) -> PlannedSpan:
    _, legal_entity, region = _BOOKS[group % 3]
    subject = next(iter(entities.values()))
    failed = extra.get("business.outcome") == "rejected"
    attributes: dict[str, Value] = {
        "business.step": step,
        "business.system": system,
        **{f"business.entity.{kind}": value for kind, value in entities.items()},
        **extra,
        "business.legal_entity": legal_entity,
        "business.region": region,
        "business.idempotency_key": f"{step}:{subject}:{phase}",
        "http.request.method": "POST",
        "http.response.status_code": 422 if failed else 200,
        "server.address": _SYSTEM_HOSTS[system],
    }
    return PlannedSpan(step, phase, system, attributes, group, age, failed, parent)
