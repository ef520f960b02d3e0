"""What is known about the entities around a transaction: the newest attribute of the one named last."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions

from .span_rows import EPOCH, STORED, SpanRow
from .telling import Found, told

DEFINITIONS = Definitions(
    [
        parse_definition("""
process: ticket-care
version: 1
effective_from: 2020-01-01
impact: client
entity: ticket
relates_to: [account]
owners: [{desk: {}}]
steps:
  - {step: ticket.opened, system: desk, start: true}
  - {step: ticket.told, system: crm, required: {when: {account.in_crm: "true"}}}
  - {step: ticket.closed, system: desk, end: true}
sla:
  target: 10h
  tiers:
    - {when: {account.tier: platinum, ticket.kind: outage}, target: 1h}
severity:
  - high: {account.tier: platinum}
  - low: {}
""")
    ]
)

MS = 1_000_000
FUTURE = (STORED - EPOCH).total_seconds() / 60 + 1_000
T1, T2 = ("ticket", "T1"), ("ticket", "T2")
A1, A2 = ("account", "A1"), ("account", "A2")


def opened(name: str, *entities: tuple[str, str], at: float = 0, **more: Any) -> SpanRow:
    return SpanRow(name, "ticket.opened", at, entities).having(**more)


def saying(name: str, entity: tuple[str, str], key: str, value: str, at: float = 0, **more: Any) -> SpanRow:
    return SpanRow(name, "", at, (entity,), attributes=((entity[0], key, value),)).having(**more)


def required(found: Found, key: str = "ticket-care/T1") -> bool:
    return bool(found.step(key, "ticket.told")["required"])


def severity(found: Found, key: str = "ticket-care/T1") -> str:
    return str(found[key]["Severity"])


@told([opened("o", T1, A1)])
def test_an_unknown_attribute_requires_nothing(found: Found) -> None:
    assert not required(found)


@told([opened("o", T1, A1), saying("s", A1, "in_crm", "true")])
def test_a_known_attribute_requires(found: Found) -> None:
    assert required(found)


@told([opened("o", T1, A1), saying("new", A1, "in_crm", "true", at=9)], [saying("old", A1, "in_crm", "false", at=2)])
def test_the_newest_value_by_time_counts_not_the_last_to_arrive(found: Found) -> None:
    assert required(found)


@told([opened("o", T1, A1)], [saying("s", A1, "in_crm", "true", at=9)], [saying("t", A1, "in_crm", "false", at=10)])
def test_a_new_value_changes_transactions_that_it_does_not_name(found: Found) -> None:
    assert not required(found)


@told(
    [opened("o", T1, A1), opened("p", T1, A2, at=5), saying("s", A1, "in_crm", "true"), saying("t", A2, "in_crm", "no")]
)
def test_the_entity_named_last_is_the_one_that_counts(found: Found) -> None:
    assert not required(found)


@told([opened("o", T1, A1, A2), saying("s", A1, "in_crm", "true")])
def test_one_of_several_entities_on_a_span_is_not_around_it(found: Found) -> None:
    assert not required(found)


@told([opened("o", T1, A1), SpanRow("s", "", 0, (A1, A2), attributes=(("account", "in_crm", "true"),))])
def test_a_fact_beside_several_entities_is_nobodys(found: Found) -> None:
    assert not required(found)


@told(
    [opened("o", T1, A1), saying("s", A2, "in_crm", "true", at=3)],
    [SpanRow("l", "", 4, (A1,), aliases=(("account", "A2"),))],
)
def test_an_alias_of_an_entity_beside_brings_what_is_known_of_it(found: Found) -> None:
    assert required(found)


@told(
    [
        opened("o", T1, A1),
        SpanRow("l", "", 4, (A1,), aliases=(("account", "A2"),)),
        saying("s", A2, "in_crm", "true", at=3),
    ],
    [SpanRow("l", "", 4, (A1,), duration_ns=MS)],
)
def test_an_alias_that_is_lost_takes_what_is_known_with_it(found: Found) -> None:
    assert not required(found)


@told(
    [
        opened("o", T1, A1),
        SpanRow("l", "", 1, (A1,), aliases=(("account", "A2"),)),
        saying("s", A2, "in_crm", "true", at=2),
        saying("t", A1, "in_crm", "false", at=3),
    ],
    [saying("u", A2, "in_crm", "true", at=4)],
)
def test_the_newest_value_counts_under_whichever_id_it_was_said(found: Found) -> None:
    assert required(found)


@told([opened("o", T1, A1), saying("s", A1, "in_crm", "true", at=2)], [SpanRow("s", "", 2, (A1,), duration_ns=MS)])
def test_a_fact_of_a_copy_that_counts_no_more_is_none(found: Found) -> None:
    assert not required(found)


@told(
    [opened("o", T1, A1), saying("r", A1, "in_crm", "true", at=1), saying("s", A1, "in_crm", "false", at=2)],
    [saying("s", A1, "in_crm", "false", at=2), saying("t", A1, "in_crm", "true", at=3)],
)
def test_a_copy_that_comes_again_hides_no_change(found: Found) -> None:
    assert required(found)


@told(
    [opened("o", T1, A1), saying("s", A1, "in_crm", "true", at=2)],
    [saying("s", A1, "in_crm", "false", at=2, duration_ns=MS)],
    [saying("x", A1, "other", "1", at=2)],
)
def test_a_better_copy_says_otherwise(found: Found) -> None:
    assert not required(found)


@told(
    [opened("o", T1, tenant="one"), opened("o", T1, A1, tenant="two"), saying("s", A1, "in_crm", "true", tenant="one")]
)
def test_what_one_tenant_says_another_does_not_know(found: Found) -> None:
    assert not required(Found(found.ledger, f"{found.tenant}-two"))


@told(
    [
        opened("r", T2, A1, tenant="two", at=0),
        saying("a", A1, "in_crm", "true", at=1, tenant="two"),
        saying("b", A1, "in_crm", "false", at=2, tenant="two"),
    ],
    [saying("b", A1, "in_crm", "false", at=2, tenant="one"), saying("c", A1, "in_crm", "true", at=3, tenant="two")],
)
def test_equal_spans_of_two_tenants_hide_no_change(found: Found) -> None:
    assert required(Found(found.ledger, f"{found.tenant}-two"), "ticket-care/T2")


@told(
    [opened("o", T1, A1), saying("s", A1, "in_crm", "false", at=FUTURE)],
    [saying("t", A1, "in_crm", "true", at=FUTURE + 1)],
    [saying("s", A1, "in_crm", "false", at=FUTURE)],
)
def test_a_fact_of_the_future_is_as_new_as_its_first_copy(found: Found) -> None:
    assert required(found)


@told(
    [
        opened("o", T1, A1),
        saying("s", A1, "tier", "platinum"),
        saying("k", T1, "kind", "outage"),
        opened("p", T2, A1),
    ]
)
def test_all_conditions_of_a_tier_must_hold(found: Found) -> None:
    assert found["ticket-care/T1"]["SlaDueAt"] == 60
    assert found["ticket-care/T2"]["SlaDueAt"] == 600
    assert (severity(found), severity(found, "ticket-care/T2")) == ("high", "high")


@told([opened("o", T1, A1)], [saying("k", T1, "kind", "outage"), saying("s", A1, "tier", "platinum")])
def test_facts_about_the_root_and_beside_it_may_come_later(found: Found) -> None:
    assert found["ticket-care/T1"]["SlaDueAt"] == 60


@told([opened("o", T1, A1), saying("n", A1, "name", "Acme")], [saying("m", A1, "name", "Acme AG", at=7)])
def test_the_client_goes_by_its_newest_name(found: Found) -> None:
    assert found["ticket-care/T1"]["ClientName"] == "Acme AG"


@told([opened("o", T1, A1), opened("p", T1, A2, at=4), saying("n", A1, "name", "Acme")])
def test_the_client_is_one_whose_name_is_known(found: Found) -> None:
    assert found["ticket-care/T1"]["ClientName"] == "Acme"
