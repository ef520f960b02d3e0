"""What settles, what takes back, and what then is open: each case of docs/definitions.md ("Money") by the smallest one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .charge_flow import CHARGE, DEFINITIONS, KEY, charge, credit, paid, payment, sent
from .span_rows import SpanRow
from .telling import Found, told

__all__ = ["DEFINITIONS"]

OTHER = ("charge", "C2")
P1 = ("payment", "p1")


def split(found: Found, key: str = KEY, number: int = 0) -> tuple[str, dict[str, Any]]:
    """The status, and what is not nothing of one currency's money."""
    row = found[key]
    columns = {"open": "OpenAmounts", "cash": "Cash", "credit": "Credits", "write_off": "WriteOffs", "over": "Overpaid"}
    return row["Status"], {name: row[column][number] for name, column in columns.items() if row[column][number]}


@told([sent(), paid("p1", 10, "30"), paid("p2", 20, "25.50")])
def test_a_payment_in_parts(found: Found) -> None:
    assert split(found) == ("open", {"open": Decimal("44.50"), "cash": Decimal("55.50")})


@told(
    [sent(), SpanRow("other", "charge.sent", 0, (OTHER,), amount=("50", "EUR"))],
    [paid("p1", 10, "150", CHARGE, OTHER, allocations=(("charge", "C1", "100"), ("charge", "C2", "49.99")))],
)
def test_one_payment_over_several_charges_by_allocation(found: Found) -> None:
    assert split(found) == ("completed", {"cash": 100})
    assert split(found, "charge-flow/C2") == ("open", {"open": Decimal("0.01"), "cash": Decimal("49.99")})


@told(
    [
        sent(),
        SpanRow("other", "charge.sent", 0, (OTHER,), amount=("50", "EUR")),
        paid("p1", 10, "150", CHARGE, OTHER, allocations=(("charge", "C1", "100"), ("charge", "C2", "50"))),
    ],
    [SpanRow("p1-back", "payment.received", 20, (P1,), outcome="compensated", amount=("150", "EUR"))],
)
def test_a_payment_over_several_charges_that_bounces_is_taken_back_from_each(found: Found) -> None:
    assert split(found) == ("open", {"open": 100})
    assert split(found, "charge-flow/C2") == ("open", {"open": 50})


@told([sent(), paid("p1", 10, "130")])
def test_what_is_paid_too_much_is_told(found: Found) -> None:
    assert split(found) == ("completed", {"cash": 130, "over": 30})


@told([sent(), credit("n1", "issued", 5, "20"), paid("p1", 10, "80")])
def test_a_credit_note_lowers_what_is_owed(found: Found) -> None:
    assert split(found) == ("completed", {"cash": 80, "credit": 20})
    assert found.step(KEY, "payment.received")["done_at"] == 10


@told([sent(), credit("n1", "issued", 5, "20"), paid("p1", 10, "80"), credit("n1-x", "withdrawn", 15, "20")])
def test_a_credit_note_that_is_withdrawn_opens_what_it_had_settled(found: Found) -> None:
    assert split(found) == ("open", {"open": 20, "cash": 80})


@told([sent(), paid("p1", 10, "100"), paid("p2", 11, "7")], [paid("p1-back", 20, None, outcome="compensated")])
def test_a_bounced_payment_leaves_the_others(found: Found) -> None:
    assert split(found) == ("open", {"open": 93, "cash": 7})


@told([sent(), paid("p1", 10, "100")], [payment("p1-back", "reversed", 20, "100")], [paid("p3", 30, "100")])
def test_a_reversal_by_a_step_of_its_own_and_the_money_in_the_end(found: Found) -> None:
    assert split(found) == ("completed", {"cash": 100})
    assert found.step(KEY, "payment.received")["done_at"] == 30


@told([sent(), paid("p1", 10, "100"), payment("p1-back", "reversed", 20, None)])
def test_a_reversal_without_an_amount_takes_all_of_its_payment_back(found: Found) -> None:
    assert split(found) == ("open", {"open": 100})


@told([sent(), paid("p1", 10, "60"), paid("p2", 11, "40"), payment("p1-back", "reversed", 20, "25")])
def test_a_part_of_a_payment_is_taken_back(found: Found) -> None:
    assert split(found) == ("open", {"open": 25, "cash": 75})


@told([sent(), paid("p1", 10, "60"), payment("p9-back", "reversed", 20, "50"), payment("p1-b", "reversed", 9, "999")])
def test_never_more_is_taken_back_than_that_payment_brought(found: Found) -> None:
    assert split(found) == ("open", {"open": 100})


@told([sent(), paid("p1", 10, "60")], [payment("x9-back", "reversed", 20, "60", CHARGE)])
def test_a_reversal_of_a_payment_that_was_never_seen_takes_nothing_from_others(found: Found) -> None:
    assert split(found) == ("open", {"open": 40, "cash": 60})


@told(
    [sent(), paid("p1", 10, "60"), payment("bank7-back", "reversed", 20, "60")],
    [SpanRow("a", "", 30, (P1,), aliases=(("payment", "bank7"),))],
)
def test_a_reversal_may_name_the_payment_by_another_id(found: Found) -> None:
    assert split(found) == ("open", {"open": 100})


@told(
    [
        sent(),
        charge("r", "reduced", 5, "10"),
        paid("p1", 10, "40"),
        payment("b", "reversed", 20, "15").having(entities=(CHARGE,)),
    ]
)
def test_a_write_off_of_a_part_is_told_apart(found: Found) -> None:
    assert split(found) == ("open", {"open": 65, "cash": 25, "write_off": 10})


@told([sent(), charge("r", "reduced", 5, "40"), paid("p1", 10, "100")])
def test_what_was_written_off_and_is_paid_after_all_is_cash(found: Found) -> None:
    assert split(found) == ("completed", {"cash": 100})


@told([sent(), paid("p1", 10, "40"), charge("w", "written_off", 50)])
def test_a_write_off_as_a_whole_gives_up_the_rest(found: Found) -> None:
    assert split(found) == ("failed", {"cash": 40, "write_off": 60})


@told([sent(), paid("p1", 10, "40"), charge("v", "voided", 50)])
def test_a_charge_that_is_voided_after_a_part_payment_owes_it_back(found: Found) -> None:
    assert split(found) == ("cancelled", {"cash": 40, "over": 40})


@told([sent(), paid("p1", 10, "40"), charge("v", "voided", 50)], [payment("p1-refund", "reversed", 60, "40")])
def test_a_refund_does_not_reopen_what_was_voided(found: Found) -> None:
    assert split(found) == ("cancelled", {})


@told([sent("100"), paid("p1", 10, "80"), charge("again", "sent", 20, "80")])
def test_a_later_success_corrects_the_amount(found: Found) -> None:
    assert split(found) == ("completed", {"cash": 80})
    assert found[KEY]["ClosedAt"] == 20


@told([sent("80"), paid("p1", 10, "80")], [charge("again", "sent", 20, "100"), paid("p2", 30, "20")])
def test_a_higher_amount_opens_it_until_the_rest_is_paid(found: Found) -> None:
    assert found[KEY]["ClosedAt"] == 30


@told([sent(), paid("p1", 10, None).having(amount=("100", "USD"))])
def test_another_currency_settles_nothing_and_is_told(found: Found) -> None:
    assert split(found) == ("open", {"open": 100})
    assert found[KEY]["Elsewhere"] == [{"Currency": "USD", "Amount": 100}]


@told([sent("100"), charge("usd", "sent", 1).having(amount=("30", "USD")), paid("p1", 10, "100")])
def test_one_amount_a_currency_and_all_of_them_are_owed(found: Found) -> None:
    assert (found[KEY]["Currencies"], found[KEY]["Amounts"], found[KEY]["OpenAmounts"]) == (
        ["EUR", "USD"],
        [100, 30],
        [0, 30],
    )
    assert found[KEY]["Status"] == "open"


@told(
    [sent(), SpanRow("p1", "payment.received", 10, (P1,), amount=("100", "EUR"))], [SpanRow("l", "", 2, (P1, CHARGE))]
)
def test_a_late_link_brings_a_payment(found: Found) -> None:
    assert split(found) == ("completed", {"cash": 100})


@told([sent("0.000000001"), paid("p1", 10, "0.000000001")])
def test_amounts_are_exact_to_the_last_digit(found: Found) -> None:
    assert split(found) == ("completed", {"cash": Decimal("0.000000001")})


@told(
    [sent(), paid("p1", 10, "70", key="k"), paid("p1-again", 12, "70", key="k"), payment("p1-x", "reversed", 20, "70")]
)
def test_a_payment_told_twice_is_taken_back_once(found: Found) -> None:
    assert split(found) == ("open", {"open": 100})
