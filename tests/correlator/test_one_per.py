"""`one_per`: of the roots that claim one and the same entity, all but the first are duplicates."""

from __future__ import annotations

from typing import Any

from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions

from .span_rows import SpanRow
from .telling import Found, told

# The second flow has the same steps and ids, and another root.
DEFINITIONS = Definitions(
    parse_definition(f"""
process: {process}
version: 1
effective_from: 2020-01-01
impact: revenue
entity: {root}
steps:
  - {{step: bill.made, system: erp, start: true, one_per: charge}}
  - {{step: bill.sent, system: erp, end: true}}
""")
    for process, root in (("bill-flow", "bill"), ("page-flow", "page"))
)
B1, B2, B3 = ("bill", "B1"), ("bill", "B2"), ("bill", "B3")
C1, C2 = ("charge", "C1"), ("charge", "C2")
MS = 1_000_000


def made(name: str, *entities: tuple[str, str], at: float = 0, **more: Any) -> SpanRow:
    return SpanRow(name, "bill.made", at, entities).having(**more)


def duplicates(found: Found) -> dict[str, float]:
    """Since when each transaction is a duplicate."""
    rows = {key: found.exceptions(key) for key in found.keys}
    return {key: since["duplicate", "bill.made"] for key, since in rows.items() if ("duplicate", "bill.made") in since}


@told([made("a", B1, C1, at=1), made("b", B2, C1, at=5), made("c", B3, C2, at=9)])
def test_all_but_the_first_are_duplicates(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B2": 5}


@told([made("b", B2, C1, at=5)], [made("c", B3, C1, at=9)], [made("a", B1, C1, at=1)])
def test_the_first_may_arrive_last(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B2": 5, "bill-flow/B3": 9}


@told([made("a", B2, C1), made("b", B1, C1)])
def test_of_those_that_happened_together_the_least_id_is_the_first(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B2": 0}


@told([made("a", B1, C1, at=1, outcome="failure"), made("b", B2, C1, at=5), made("c", B1, C1, at=9)])
def test_only_a_success_claims(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B1": 9}


@told([made("a", B1, C1, at=1), made("b", B1, C1, at=2), SpanRow("s", "bill.sent", 3, (B2, C1))])
def test_a_root_is_no_rival_of_itself_and_another_step_claims_nothing(found: Found) -> None:
    assert duplicates(found) == {}


@told([made("a", B1, B2, C1, at=1)])
def test_one_span_may_make_two_roots_of_one_claim(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B2": 1}


@told([made("a", B1, C1, C2, at=1), made("b", B2, C2, at=5)])
def test_a_root_may_claim_several(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B2": 5}


@told([made("a", C1, at=1, transaction="bill-flow/B1"), made("b", C1, at=5, transaction="bill-flow/B2")])
def test_a_root_that_a_key_names_claims_too(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B2": 5}


@told([made("a", B1, C1, at=1)], [made("b", B2, C2, at=5)], [SpanRow("l", "", 9, (C1,), aliases=(("charge", "C2"),))])
def test_two_ids_of_the_claimed_are_one(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B2": 5}


@told([made("a", B1, C1, at=1)], [made("b", B2, C1, at=5)], [SpanRow("l", "", 9, (B1,), aliases=(("bill", "B2"),))])
def test_two_ids_of_the_root_are_one(found: Found) -> None:
    assert duplicates(found) == {}


@told([made("a", B1, C1, at=1)], [made("b", B2, C1, at=5)], [made("a", B1, at=1, duration_ns=MS)])
def test_a_claim_ends_with_the_copy_that_made_it(found: Found) -> None:
    assert duplicates(found) == {}


@told(
    [made("a", B2, C1, at=1), made("b", B1, C1, at=1), made("c", B3, C1, at=1)],
    [SpanRow("l", "", 0, (("bill", "Z"),), aliases=(("bill", "B1"),))],
)
def test_another_name_of_the_first_makes_another_the_first(found: Found) -> None:
    assert duplicates(found) == {"bill-flow/B3": 1, "bill-flow/Z": 1}


@told(
    [
        made("a", ("page", "X"), C1, at=1),
        made("b", ("bill", "X"), C1, at=5),
        SpanRow("l", "", 9, (("page", "X"),), aliases=(("page", "Y"),)),
        SpanRow("m", "", 9, (("bill", "X"),), aliases=(("bill", "W"),)),
    ]
)
def test_equal_ids_of_two_processes_are_no_rivals(found: Found) -> None:
    assert found.keys == {"page-flow/X", "bill-flow/X"}
    assert duplicates(found) == {}


@told([made("a", B1, C1, at=1, tenant="one"), made("b", B2, C1, at=5, tenant="two")])
def test_tenants_are_no_rivals(found: Found) -> None:
    assert duplicates(Found(found.ledger, f"{found.tenant}-two")) == {}


@told([made("a", B1, C1, at=1, process="bill-flow"), made("b", B2, C1, at=5, process="no-such-flow")])
def test_a_span_of_another_process_claims_nothing(found: Found) -> None:
    assert found.keys == {"bill-flow/B1"}
    assert duplicates(found) == {}
