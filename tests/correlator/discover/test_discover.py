"""A proposal from spans that were told on purpose: what joins, what repeats, what is a hub, and whose spans count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.discover import Question, discover
from spanledger_correlator.discover.discover import proposal_for
from spanledger_correlator.discover.writing import Proposal
from spanledger_store import NotFound, Store
from tests.correlator.span_rows import EPOCH, SpanRow, put

HOUR = 60
INVOICES = 40
PAID = 30


def told() -> list[SpanRow]:
    """40 invoices of two accounts, posted 1 to 40 hours after they were made; 30 are paid, each by a payment."""
    spans = []
    for number in range(1, INVOICES + 1):
        begun, invoice, account = number * 100 * HOUR, ("invoice", f"INV-{number}"), ("account", f"A-{number % 2}")
        spans += [
            SpanRow(f"made-{number}", "invoice.generated", begun, (invoice, account)),
            SpanRow(
                f"posted-{number}", "invoice.posted", begun + number * HOUR, (invoice, account), amount=("9.99", "EUR")
            ),
        ]
        if number % 4 == 0:
            spans.append(SpanRow(f"refused-{number}", "invoice.posted", begun + 1, (invoice,), outcome="rejected"))
            spans.append(SpanRow(f"reminded-{number}", "invoice.reminded", begun + 50 * HOUR, (invoice,)))
            spans.append(SpanRow(f"again-{number}", "invoice.reminded", begun + 51 * HOUR, (invoice,)))
        if number <= PAID:
            payment = ("payment", f"P-{number}")
            spans += [
                SpanRow(f"announced-{number}", "payment.announced", begun + 60 * HOUR, (payment, invoice)),
                SpanRow(f"received-{number}", "payment.received", begun + 70 * HOUR, (payment,), system="bank"),
            ]
    return spans


@pytest.fixture(scope="module")
def proposal(module_store: Store) -> Proposal:
    put(module_store, *(span.having(stored_at=EPOCH + timedelta(days=180)) for span in told()))
    put(module_store, SpanRow("placeholder", "invoice.posted", 5, (("invoice", "N/A"),)))
    put(module_store, SpanRow("foreign", "invoice.voided", 5, (("invoice", "INV-1"),), tenant="another"))
    return proposal_for(module_store, Question("default", "invoice"))


def test_the_proposal_loads(module_store: Store, proposal: Proposal) -> None:
    definition = parse_definition(discover(module_store, Question("default", "invoice", process="billing")))
    assert definition.process == "billing"
    assert [step.name for step in definition.steps] == [step.counts.name for step in proposal.steps]


def test_steps_stand_in_their_order(proposal: Proposal) -> None:
    assert [step.counts.name for step in proposal.steps] == [
        "invoice.generated",
        "invoice.posted",
        "invoice.reminded",
        "payment.announced",
        "payment.received",
    ]
    assert [step.counts.name for step in proposal.steps if step.start] == ["invoice.generated"]
    assert [step.counts.name for step in proposal.steps if step.end] == ["payment.received"]


def test_what_some_of_the_finished_lack_is_optional_and_what_repeats_is_many(proposal: Proposal) -> None:
    assert [step.counts.name for step in proposal.steps if not step.required] == ["invoice.reminded"]
    assert [step.counts.name for step in proposal.steps if step.many] == ["invoice.reminded"]
    (reminded,) = [step for step in proposal.steps if step.many]
    assert (reminded.counts.roots, reminded.counts.successes, reminded.counts.repeated) == (10, 20, 10)


def test_a_span_of_a_payment_alone_is_reached_through_the_one_that_names_both(proposal: Proposal) -> None:
    received = next(step for step in proposal.steps if step.end)
    assert received.counts.roots == PAID == proposal.finished
    assert received.counts.systems == {"bank": PAID}


def test_a_payment_joins_and_a_hub_does_not(proposal: Proposal) -> None:
    assert [one.name for one in proposal.joined] == ["payment"]
    assert (proposal.joined[0].ids, proposal.joined[0].singles, proposal.joined[0].alone) == (PAID, PAID, PAID)
    assert proposal.related == ["account"]
    (account,) = [one for one in proposal.others if one.name == "account"]
    assert (account.ids, account.singles, account.most) == (2, 0, INVOICES // 2)


def test_percentiles_are_those_of_the_hours(proposal: Proposal) -> None:
    posted = next(step for step in proposal.steps if step.counts.name == "invoice.posted")
    assert posted.interval is not None
    assert (posted.interval.p50, posted.interval.p90, posted.interval.p95) == pytest.approx(
        (20.5 * 3600, 36.1 * 3600, 38.05 * 3600)
    )
    assert posted.interval.times == INVOICES


def test_a_refused_attempt_is_no_success(proposal: Proposal) -> None:
    posted = next(step for step in proposal.steps if step.counts.name == "invoice.posted")
    assert (posted.counts.roots, posted.counts.successes, posted.counts.refused) == (INVOICES, INVOICES, 10)


def test_a_placeholder_is_no_transaction_and_is_named(module_store: Store, proposal: Proposal) -> None:
    assert proposal.whole.roots == INVOICES
    definition = parse_definition(discover(module_store, Question("default", "invoice")))
    assert definition.ignore_ids == {"invoice": ("N/A",)}


def test_an_id_of_nought_is_an_id(store: Store) -> None:
    put(store, *(SpanRow(f"shipped-{number}", "order.shipped", 1, (("order", str(number)),)) for number in range(3)))
    assert proposal_for(store, Question("default", "order")).whole.roots == 3


def test_a_parcel_of_two_orders_of_one_customer_leads_to_the_customer(store: Store) -> None:
    customer, orders, parcel = ("customer", "C"), (("order", "1"), ("order", "2")), ("parcel", "P")
    put(store, SpanRow("placed", "order.placed", 1, (customer, *orders)))
    put(store, *(SpanRow(f"packed-{one[1]}", "parcel.packed", 2, (one, parcel)) for one in orders))
    put(store, SpanRow("delivered", "parcel.delivered", 3, (parcel,)))
    found = proposal_for(store, Question("default", "customer"))
    assert [one.name for one in found.joined] == ["order", "parcel"]
    assert [step.counts.name for step in found.steps] == ["order.placed", "parcel.packed", "parcel.delivered"]


def test_a_link_without_a_step_joins(store: Store) -> None:
    put(store, SpanRow("placed", "order.placed", 1, (("order", "1"),)))
    put(store, SpanRow("link", "", 1, (("order", "1"), ("parcel", "P"))))
    put(store, SpanRow("packed", "parcel.packed", 2, (("parcel", "P"),)))
    found = proposal_for(store, Question("default", "order"))
    assert [step.counts.name for step in found.steps] == ["order.placed", "parcel.packed"]
    assert found.whole.spans == 2


def test_another_tenants_spans_are_not_seen(module_store: Store, proposal: Proposal) -> None:
    assert "invoice.voided" not in [step.counts.name for step in proposal.steps]
    foreign = proposal_for(module_store, Question("another", "invoice"))
    assert [step.counts.name for step in foreign.steps] == ["invoice.voided"]


def test_the_amount_is_the_roots_own(module_store: Store) -> None:
    assert parse_definition(discover(module_store, Question("default", "invoice"))).amount_from == "invoice.posted"


def test_since_counts_transactions_that_began_since(module_store: Store) -> None:
    since = EPOCH + timedelta(hours=100 * 21 - 1)
    later = proposal_for(module_store, Question("default", "invoice", since=since))
    assert later.whole.roots == 20
    assert later.finished == 10


def test_a_sample_takes_whole_transactions(module_store: Store) -> None:
    sample = proposal_for(module_store, Question("default", "invoice", at_most=10))
    assert sample.sampled
    assert 0 < sample.whole.roots < INVOICES
    made, *_ = sample.steps
    assert made.counts.roots == sample.whole.roots == sample.steps[1].counts.roots
    (account,) = [one for one in sample.others if one.name == "account"]
    assert account.most == INVOICES // 2


def test_an_end_can_be_named(module_store: Store) -> None:
    asked = proposal_for(module_store, Question("default", "invoice", end="invoice.posted"))
    assert asked.finished == INVOICES
    assert [step.counts.name for step in asked.steps if step.required] == ["invoice.generated", "invoice.posted"]


def test_an_unknown_root_is_told_which_there_are(module_store: Store) -> None:
    with pytest.raises(NotFound, match=r"type bill.*invoice \(41 ids on \d+ spans\).*payment \(30 ids"):
        discover(module_store, Question("default", "bill"))


def test_an_unknown_end_is_told_which_there_are(module_store: Store) -> None:
    with pytest.raises(NotFound, match=r"invoice\.paid.*Seen: invoice\.generated"):
        discover(module_store, Question("default", "invoice", end="invoice.paid"))


def test_no_spans_at_all_say_how_to_send_some(module_store: Store) -> None:
    with pytest.raises(NotFound, match="spanledger backfill"):
        discover(module_store, Question("nobody", "invoice"))
