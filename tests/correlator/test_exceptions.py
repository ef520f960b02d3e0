"""Exceptions of every kind that belongs to a transaction: what opens them, what resolves them, and what they say."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions

from .span_rows import SpanRow
from .telling import Found, exceptions, resolved, told

CLAIM = parse_definition("""
process: claim-flow
version: 1
effective_from: 2020-01-01
impact: client
entity: claim
joined_by: [payout]
relates_to: [account, project]
amount_from: claim.approved
steps:
  - {step: claim.filed, system: portal, start: true}
  - step: claim.approved
    system: desk
    requires: [claim.filed]
    carries: [project, account.tax_id, due_at, amount, legal_entity]
  - step: claim.booked
    system: erp
    requires: [claim.approved, claim.checked]
    agree: [{amount: claim.approved}, {attribute: account.terms, record: erp}, {attribute: account.iban}]
  - {step: claim.checked, system: desk, any_order: true, required: {when: {account.checked: "yes"}}}
  - {step: claim.paid, system: bank, grace: 10m, many: true, carries: [payout], end: true}
  - {step: claim.told, system: mail, grace: 20m, required: false}
cancelled_by: [claim.withdrawn]
""")
DEFINITIONS = Definitions([CLAIM])
C1, A1, P1 = ("claim", "C1"), ("account", "A1"), ("project", "P1")
KEY = "claim-flow/C1"
TAX = ("account", "tax_id", "DE1")


def claim(name: str, step: str, at: float, outcome: str = "", **more: Any) -> SpanRow:
    return SpanRow(name, f"claim.{step}", at, (C1, A1), outcome=outcome).having(**more)


def approved(name: str = "approved", at: float = 10, **more: Any) -> SpanRow:
    whole = claim(name, "approved", at, entities=(C1, A1, P1), attributes=(TAX,), due_at=99, amount=("10", "EUR"))
    return whole.having(legal_entity="DE01").having(**more)


def booked(name: str = "booked", at: float = 20, amount: str = "10", **more: Any) -> SpanRow:
    return claim(name, "booked", at, amount=(amount, "EUR"), system="erp").having(**more)


def terms(name: str, at: float, system: str, value: str, key: str = "terms") -> SpanRow:
    return SpanRow(name, "", at, (A1,), system=system, attributes=(("account", key, value),))


def history(found: Found, kind: str) -> list[tuple[Any, ...]]:
    """Every exception of a kind: step, since when, until when, what ended it."""
    row = found[KEY]
    return [
        (row["StepNames"][one["Position"] - 1].split(".")[1], one["From"], one["Until"], one["Resolution"])
        for one in row["Exceptions"]
        if one["Kind"] == kind
    ]


def detail(found: Found, kind: str) -> dict[str, str]:
    """What the first exception of a kind says."""
    return next(one["Detail"] for one in found[KEY]["Exceptions"] if one["Kind"] == kind)


FILED = claim("filed", "filed", 0)


@told([FILED, claim("f", "approved", 5, "failure"), claim("g", "approved", 8, "rejected"), approved(at=30)])
def test_a_late_success_resolves_a_failure_and_says_so(found: Found) -> None:
    assert history(found, "rejected_record") == [("approved", 5, 30, "succeeded")]
    assert detail(found, "rejected_record")["attempts"] == "2"
    assert exceptions(found.at(6)[KEY]) == {("rejected_record", "claim.approved"): 5}
    assert exceptions(found[KEY]) == {}


@told(
    [
        claim("a", "paid", 5),
        claim("b", "paid", 10, "failure"),
        claim("c", "paid", 15, "failure"),
        claim("d", "paid", 40),
    ],
    [claim("e", "paid", 50, "failure"), claim("f", "paid", 70, "compensated"), claim("g", "paid", 80, "failure")],
)
def test_each_run_of_failures_is_an_exception_of_its_own(found: Found) -> None:
    assert history(found, "failed_step") == [
        ("paid", 20, 40, "succeeded"),
        ("paid", 60, 70, "compensated"),
        ("paid", 90, None, ""),
    ]


@told([claim("a", "paid", 5, "failure"), claim("b", "paid", 14)])
def test_a_retry_within_the_grace_was_no_exception(found: Found) -> None:
    assert history(found, "failed_step") == []


@told([FILED, claim("f", "approved", 5, "failure"), claim("w", "withdrawn", 9)])
def test_a_cancelled_transaction_ends_its_exceptions(found: Found) -> None:
    assert history(found, "failed_step") == [("approved", 5, 9, "closed")]


@told([FILED, booked(at=20), approved(at=50)])
def test_a_step_that_comes_late_was_missing_and_is_out_of_order(found: Found) -> None:
    assert history(found, "missing_step") == [("approved", 20, 50, "succeeded")]
    assert history(found, "out_of_order") == [("approved", 50, None, "")]
    assert detail(found, "out_of_order") == {"before": "claim.booked", "seconds": "1800"}


@told([FILED, booked(at=20), approved(at=25)])
def test_clocks_may_differ_by_the_skew(found: Found) -> None:
    assert history(found, "out_of_order") == history(found, "premature_step") == []


@told([FILED, claim("c", "checked", 60), approved(), booked(), claim("p", "paid", 30, entities=(C1, ("payout", "X")))])
def test_what_has_no_place_in_the_order_is_never_out_of_it(found: Found) -> None:
    assert history(found, "out_of_order") == []


@told([FILED, booked(at=20)], [approved(at=90)])
def test_a_premature_step_is_resolved_by_its_precondition(found: Found) -> None:
    assert history(found, "premature_step") == [("booked", 20, 90, "precondition_met")]
    assert detail(found, "premature_step") == {"requires": "claim.approved"}


@told([FILED, approved(), booked(attributes=(("account", "checked", "yes"),))])
def test_a_precondition_counts_where_the_transaction_needs_it(found: Found) -> None:
    assert history(found, "premature_step") == [("booked", 20, None, "")]
    assert detail(found, "premature_step") == {"requires": "claim.checked"}


@told([FILED, approved()])
def test_a_record_that_carries_everything_is_complete(found: Found) -> None:
    assert history(found, "incomplete_record") == []


@told([FILED, claim("a", "approved", 10, amount=("10", "EUR"))])
def test_an_incomplete_record_says_what_it_lacks(found: Found) -> None:
    assert history(found, "incomplete_record") == [("approved", 10, None, "")]
    assert detail(found, "incomplete_record") == {"lacks": "project, due_at, legal_entity, account.tax_id"}


@told([FILED, approved("a", attributes=()), approved("b", at=40)], [approved("c", at=60, due_at=None)])
def test_a_complete_record_resolves_it_and_another_may_lack_again(found: Found) -> None:
    assert history(found, "incomplete_record") == [("approved", 10, None, "")]


@told([FILED, approved("a", attributes=())], [approved("b", at=40)])
def test_a_complete_record_resolves_it(found: Found) -> None:
    assert history(found, "incomplete_record") == [("approved", 10, 40, "carried")]


@told(
    [
        claim("a", "paid", 30, key="1"),
        claim("b", "paid", 35, entities=(C1, ("payout", "X")), key="2"),
        claim("c", "paid", 40, entities=(C1, ("payout", "Y")), key="1"),
        claim("d", "paid", 45),
    ]
)
def test_each_part_is_a_record_of_its_own(found: Found) -> None:
    assert history(found, "incomplete_record") == [("paid", 30, None, "")]


@told([FILED, approved(), booked(amount="12.50")], [booked("again", at=60, amount="10")])
def test_systems_that_disagree_on_an_amount(found: Found) -> None:
    assert history(found, "value_mismatch") == [("booked", 20, 60, "agreed")]
    assert detail(found, "value_mismatch") == {
        "of": "amount",
        "step": "claim.approved",
        "value": "12.5 EUR",
        "other": "10 EUR",
    }


@told([FILED, approved(), booked(), terms("t", 5, "erp", "30"), terms("u", 40, "crm", "60")])
def test_another_system_overwrote_the_system_of_record(found: Found) -> None:
    assert history(found, "value_mismatch") == [("booked", 40, None, "")]
    assert detail(found, "value_mismatch") == {
        "of": "account.terms",
        "entity": "A1",
        "record": "erp",
        "system": "crm",
        "value": "60",
        "other": "30",
    }


@told(
    [FILED, approved(), booked()],
    [terms("u", 40, "crm", "60")],
    [terms("t", 5, "erp", "30")],
    [terms("v", 70, "erp", "30")],
)
def test_the_system_of_record_has_the_last_word_again_whenever_it_was_heard(found: Found) -> None:
    assert history(found, "value_mismatch") == [("booked", 40, 70, "agreed")]


@told([FILED, approved(), booked(), terms("t", 5, "erp", "x", "iban"), terms("u", 6, "crm", "y", "iban")])
def test_systems_that_disagree_before_the_step_succeeds_are_its_problem_from_then_on(found: Found) -> None:
    assert history(found, "value_mismatch") == [("booked", 20, None, "")]


@told([FILED, approved(), booked(), terms("t", 50, "erp", "x", "iban"), terms("u", 60, "crm", "x", "iban")])
def test_systems_that_say_the_same_agree(found: Found) -> None:
    assert history(found, "value_mismatch") == []


@told([FILED, approved("a", key="1"), approved("b", at=15, key="2")], [claim("w", "withdrawn", 90)])
def test_a_duplicate_ends_with_its_transaction(found: Found) -> None:
    assert history(found, "duplicate") == [("approved", 15, 90, "closed")]
    assert resolved(found[KEY]) == [("duplicate", "claim.approved", 15, 90, "closed")]
