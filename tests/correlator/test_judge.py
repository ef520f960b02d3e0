"""What becomes of steps, of money and of the whole: each rule of DESIGN section 6 by the smallest case."""

from __future__ import annotations

from typing import Any

from .bill_flow import DEFINITIONS
from .span_rows import SpanRow
from .telling import Found, told

__all__ = ["DEFINITIONS"]

BILL = ("bill", "B1")
OTHER = ("bill", "B2")
ACCOUNT = ("account", "A1")
KEY = "settled-flow/B1"
EUR10 = ("10", "EUR")


def bill(name: str, step: str, at: float, outcome: str = "", **more: Any) -> SpanRow:
    return SpanRow(name, f"bill.{step}", at, (BILL,), outcome=outcome).having(**more)


def sent(at: float = 5, **more: Any) -> SpanRow:
    return bill("sent", "sent", at, amount=EUR10).having(**more)


def paid(name: str, at: float, amount: str, **more: Any) -> SpanRow:
    return bill(name, "paid", at, amount=(amount, "EUR")).having(**more)


def job(name: str, step: str, at: float, outcome: str = "", **more: Any) -> SpanRow:
    return SpanRow(name, f"job.{step}", at, (("job", "J"),), outcome=outcome).having(**more)


def case(name: str, step: str, at: float, outcome: str = "", **more: Any) -> SpanRow:
    return SpanRow(name, f"case.{step}", at, (("case", "C"),), outcome=outcome).having(**more)


@told([bill("a", "drafted", 0), bill("b", "drafted", 5, "failure")])
def test_a_later_failure_does_not_undo_a_step_that_happens_once(found: Found) -> None:
    step = found.step(KEY, "bill.drafted")
    assert (step["done"], step["failing_since"]) == (True, None)


@told([bill("a", "drafted", 0, "failure"), bill("b", "drafted", 1, "rejected"), bill("c", "drafted", 2, "partial")])
def test_a_failure_is_a_problem_once_its_grace_has_passed(found: Found) -> None:
    assert not found.at(9.9)[KEY]["Stuck"]
    row = found.at(10)[KEY]
    assert (row["Stuck"], row["WaitingFor"], row["WhyKind"]) == (True, "bill.drafted", "rejected_record")
    assert found.at(10).exceptions(KEY) == {("rejected_record", "bill.drafted"): 10}
    assert found.step(KEY, "bill.drafted")["attempts"] == 3


@told([job("a", "run", 0), job("b", "run", 5, "failure"), job("c", "run", 7, "failure")])
def test_the_last_outcome_of_a_repeated_step_decides(found: Found) -> None:
    step = found.step("repeated-flow/J", "job.run")
    assert (step["done"], step["failing_since"]) == (False, 5)


@told([job("a", "run", 0, "failure"), job("b", "run", 5)])
def test_a_repeated_step_is_done_by_its_last_success(found: Found) -> None:
    step = found.step("repeated-flow/J", "job.run")
    assert (step["done"], step["done_at"], step["failing_since"]) == (True, 5, None)


@told([bill("a", "drafted", 0), bill("u", "drafted", 5, "compensated"), bill("p", "drafted", 3, "failure")])
def test_a_compensation_undoes_what_came_before_it(found: Found) -> None:
    step = found.step(KEY, "bill.drafted")
    assert (step["done"], step["first"], step["failing_since"], step["attempts"]) == (False, None, None, 2)


@told([bill("a", "drafted", 9), bill("u", "drafted", 5, "compensated")])
def test_a_success_after_the_compensation_stands(found: Found) -> None:
    assert found.step(KEY, "bill.drafted")["first"] == 9


@told(
    [
        case("a", "opened", 0),
        case("b", "told", 1, "skipped"),
        case("n", "closed", 2),
        case("r", "reviewed", 3, "skipped"),
        SpanRow("k", "", 0, (ACCOUNT,), attributes=(("account", "in_crm", "true"),)),
        case("l", "opened", 1, entities=(("case", "C"), ACCOUNT)),
    ]
)
def test_a_skipped_step_is_not_required(found: Found) -> None:
    row = found["two-ends/C"]
    assert (row["Status"], row["ClosedAt"], row["StepRequired"]) == ("completed", 2, [True, False, True, False])
    assert found.exceptions("two-ends/C") == {}


@told([case("a", "closed", 9), case("b", "closed", 5, "skipped")])
def test_a_skipped_step_that_succeeds_after_all_was_required(found: Found) -> None:
    assert found["two-ends/C"]["Status"] == "completed"


@told([case("a", "opened", 0), case("c", "closed", 5)])
def test_without_a_condition_that_holds_the_other_end_is_enough(found: Found) -> None:
    row = found["two-ends/C"]
    assert (row["Status"], row["ClosedAt"]) == ("completed", 5)


@told([job("a", "asked", 0), job("r", "run", 5), job("c", "checked", 9), job("f", "filed", 7)])
def test_without_an_end_all_required_steps_complete(found: Found) -> None:
    row = found["repeated-flow/J"]
    assert (row["Status"], row["ClosedAt"]) == ("completed", 9)


@told([case("a", "opened", 0), case("c", "closed", 5)])
def test_a_step_that_never_came_stands_on_a_completed_transaction(found: Found) -> None:
    assert found.exceptions("two-ends/C") == {}
    assert not found["two-ends/C"]["Stuck"]


@told([case("a", "closed", 5)])
def test_a_required_step_is_missing_as_soon_as_a_later_one_happens(found: Found) -> None:
    assert found["two-ends/C"]["Status"] == "completed"
    assert found.exceptions("two-ends/C") == {("missing_step", "case.opened"): 5}


@told([job("a", "asked", 0), job("f", "filed", 30)])
def test_a_missing_step_has_its_grace_and_a_repeated_one_is_never_missing(found: Found) -> None:
    assert found.at(49).exceptions("repeated-flow/J") == {("overdue_step", "job.run"): 15}
    assert found.at(50).exceptions("repeated-flow/J") == {
        ("overdue_step", "job.run"): 15,
        ("missing_step", "job.checked"): 50,
    }


@told([job("f", "filed", 30), job("a", "asked", 40, process="no-such-flow")])
def test_a_missing_step_makes_stuck_and_the_first_undone_is_waited_for(found: Found) -> None:
    row = found["repeated-flow/J"]
    assert (row["Stuck"], row["WaitingFor"], row["WhyKind"]) == (True, "job.asked", "missing_step")
    assert row["WaitingSince"] == row["StartedAt"] == 30


@told([job("a", "asked", 0), job("f", "filed", 3), job("u", "asked", 1, "partial")])
def test_why_it_is_stuck_is_said_also_where_another_step_is_missing(found: Found) -> None:
    at = found.at(14)
    assert not at["repeated-flow/J"]["Stuck"]
    late = found.at(16)["repeated-flow/J"]
    assert (late["WaitingFor"], late["WhyKind"]) == ("job.run", "overdue_step")


@told([bill("a", "drafted", 0), bill("b", "drafted", 7)])
def test_a_deadline_runs_from_the_first_success_of_its_anchor(found: Found) -> None:
    assert found.step(KEY, "bill.sent")["deadline"] == 30
    assert not found.at(30)[KEY]["Stuck"]
    row = found.at(30.01)[KEY]
    assert (row["Stuck"], row["WaitingFor"], row["WhyKind"], row["WaitingSince"]) == (
        True,
        "bill.sent",
        "overdue_step",
        7,
    )
    assert found.step(KEY, "bill.paid")["deadline"] is None


@told([sent(due_at=400), sent(6, name="again", due_at=200)])
def test_a_stated_due_date_replaces_the_deadline(found: Found) -> None:
    assert found.step(KEY, "bill.paid")["deadline"] == 200


@told([sent(due_at=400), sent(6, name="again")])
def test_the_newest_success_alone_states_a_due_date(found: Found) -> None:
    assert found.step(KEY, "bill.paid")["deadline"] == 65


@told([sent(), paid("a", 20, "4"), paid("b", 30, "6")])
def test_parts_settle_when_they_reach_the_amount(found: Found) -> None:
    step = found.step(KEY, "bill.paid")
    assert (step["done"], step["done_at"]) == (True, 30)
    assert (found[KEY]["Status"], found[KEY]["OpenAmounts"]) == ("completed", [0])


@told([sent(), paid("a", 20, "4"), bill("c", "credited", 25, amount=("6", "EUR")), paid("d", 40, "6")])
def test_credits_settle_too(found: Found) -> None:
    assert found.step(KEY, "bill.paid")["done_at"] == 25
    assert found.step(KEY, "bill.credited")["done_at"] == 25


@told([paid("a", 2, "10"), sent(5)])
def test_nothing_is_settled_before_it_is_owed(found: Found) -> None:
    assert found.step(KEY, "bill.paid")["done_at"] == 5


@told([sent(), paid("a", 20, "5", key="k"), paid("b", 30, "5", key="k"), paid("c", 35, "4.999999999", key="")])
def test_one_idempotency_key_pays_once(found: Found) -> None:
    assert found[KEY]["OpenAmounts"][0] * 10**9 == 1
    assert not found.step(KEY, "bill.paid")["done"]


@told([sent(), paid("a", 20, "10").having(amount=("10", "USD"))])
def test_another_currency_settles_nothing(found: Found) -> None:
    assert (found[KEY]["Status"], found[KEY]["OpenAmounts"]) == ("open", [10])


@told([sent(), paid("a", 20, "4"), paid("b", 30, "4", outcome="failure")])
def test_a_refused_part_fails_until_another_success(found: Found) -> None:
    assert found.exceptions(KEY)["failed_step", "bill.paid"] == 30


@told([sent(), paid("a", 20, "30")])
def test_an_open_amount_is_never_below_nothing(found: Found) -> None:
    assert found[KEY]["OpenAmounts"] == [0]


@told([sent(-41_000_000, amount=("0", "EUR"))])
def test_nothing_owed_is_settled_at_once_even_in_1948(found: Found) -> None:
    assert found[KEY]["ClosedAt"] == -41_000_000


@told([sent(outcome="failure"), paid("a", 20, "4")])
def test_a_part_counts_before_what_it_settles_has_succeeded(found: Found) -> None:
    assert (found[KEY]["Amounts"], found[KEY]["OpenAmounts"]) == ([10], [6])


@told([bill("a", "drafted", 0, amount=("7", "EUR"))])
def test_without_its_own_step_the_newest_amount_of_a_step_of_the_root_counts(found: Found) -> None:
    assert found[KEY]["Amounts"] == [7]


@told([sent(entities=(BILL, OTHER))])
def test_a_span_of_two_transactions_gives_neither_its_amount(found: Found) -> None:
    assert found[KEY]["Amounts"] == found["settled-flow/B2"]["Amounts"] == []


@told([sent(entities=(BILL, OTHER), allocations=(("bill", "B1", "3"),))])
def test_an_allocation_gives_a_transaction_its_share(found: Found) -> None:
    assert (found[KEY]["Amounts"], found["settled-flow/B2"]["Amounts"]) == ([3], [])


@told([bill("a", "drafted", 0, key="1"), bill("b", "drafted", 5, key="1"), bill("c", "drafted", 7)])
def test_a_retry_is_no_duplicate(found: Found) -> None:
    assert found.exceptions(KEY) == {("overdue_step", "bill.sent"): 30}


@told([bill("a", "drafted", 0, key="1"), bill("b", "drafted", 5, key="2"), bill("c", "drafted", 7)])
def test_two_keys_of_a_step_that_happens_once_are_a_duplicate(found: Found) -> None:
    assert found.at(6).exceptions(KEY) == {("duplicate", "bill.drafted"): 5}
    assert not found.at(6)[KEY]["Stuck"]


@told([sent(), bill("v", "voided", 9)])
def test_a_cancelling_step_cancels(found: Found) -> None:
    row = found[KEY]
    assert (row["Status"], row["ClosedAt"], row["SlaState"], row["WaitingFor"]) == ("cancelled", 9, "", "")


@told([sent(), bill("v", "voided", 9), paid("a", 10, "1")])
def test_a_success_after_it_reopens(found: Found) -> None:
    assert found[KEY]["Status"] == "open"
    assert found.rows(open_only=True).keys() == {KEY}


@told([sent(), bill("v", "voided", 9), paid("a", 9, "1"), bill("f", "drafted", 10, "failure")])
def test_a_failure_after_it_or_a_success_with_it_does_not_reopen(found: Found) -> None:
    assert found[KEY]["Status"] == "cancelled"


@told([sent(), bill("l", "lost", 9), paid("a", 10, "10"), bill("v", "voided", 11)])
def test_a_failing_step_fails_whatever_follows(found: Found) -> None:
    assert (found[KEY]["Status"], found[KEY]["ClosedAt"]) == ("failed", 9)


@told([sent(), bill("l", "lost", 9), bill("u", "lost", 12, "compensated"), bill("v", "voided", 9, "failure")])
def test_a_failing_step_that_was_undone_or_failed_itself_is_over(found: Found) -> None:
    assert found[KEY]["Status"] == "open"


@told([sent(), paid("a", 10, "10")], [paid("b", 20, "1", outcome="compensated")])
def test_a_late_span_reopens_what_was_completed(found: Found) -> None:
    assert (found[KEY]["Status"], found[KEY]["ClosedAt"]) == ("open", None)


@told([bill("e", "sent", -5, "failure"), bill("a", "drafted", 0), bill("f", "sent", 10, "failure")])
def test_the_sla_runs_from_its_start_step(found: Found) -> None:
    states = [found.at(at)[KEY]["SlaState"] for at in (34.9, 35, 50, 50.1)]
    assert states == ["on_track", "at_risk", "at_risk", "breached"]
    assert found[KEY]["SlaDueAt"] == 50


@told([bill("a", "sent", 7, "failure")])
def test_without_its_start_step_the_sla_runs_from_the_first_span(found: Found) -> None:
    assert found[KEY]["SlaDueAt"] == 57


@told([bill("a", "drafted", 0), sent(), paid("a1", 50, "4"), paid("b", 51, "6")])
def test_a_closed_transaction_met_its_sla_or_not(found: Found) -> None:
    assert found[KEY]["SlaState"] == "met_late"
    assert found.at(0)[KEY]["SlaState"] == "met_late"


@told(
    [
        bill("a", "sent", 0, "failure", amount=("9.99", "EUR"), error=("timeout", "", "")),
        bill("b", "shared", 1, "failure", error=("timeout", "", "")),
    ]
)
def test_the_first_rule_that_matches_says_severity_and_owner(found: Found) -> None:
    early, late = found.at(20)[KEY], found.at(60)[KEY]
    assert (early["Severity"], early["Owner"], late["Severity"]) == ("medium", "sync-team", "high")


@told([bill("a", "drafted", 0, "failure", amount=("10", "EUR"), error=("mapping", "M", "no"))])
def test_money_at_stake_and_being_stuck_make_it_critical(found: Found) -> None:
    assert found.at(9)[KEY]["Severity"] == "low"
    row = found.at(10)[KEY]
    assert (row["Severity"], row["Owner"], row["WhyErrorKind"], row["WhyCode"], row["WhyMessage"]) == (
        "critical",
        "clerks",
        "mapping",
        "M",
        "no",
    )


@told([bill("a", "credited", 0, "failure")])
def test_a_step_that_is_not_required_fails_without_making_stuck(found: Found) -> None:
    assert found.exceptions(KEY) == {("failed_step", "bill.credited"): 0}
    assert not found[KEY]["Stuck"]


@told([bill("a", "drafted", 0), bill("p", "paid", 1, "failure"), bill("s", "sent", 2, "failure")])
def test_the_first_failing_step_in_the_definitions_order_is_waited_for(found: Found) -> None:
    assert found.at(16)[KEY]["WaitingFor"] == "bill.paid"
    assert found.at(17)[KEY]["WaitingFor"] == "bill.sent"


@told(
    [bill("a", "drafted", 0, legal_entity="DE"), bill("b", "drafted", 9, legal_entity="AT"), bill("c", "drafted", 10)]
)
def test_the_newest_legal_entity_counts(found: Found) -> None:
    assert found[KEY]["LegalEntity"] == "AT"


@told(
    [
        bill("a", "drafted", 0, amount=("99999999999999999999999999999", "EUR")),
        sent(amount=("99999999999999999999999999999", "EUR")),
        *(paid(f"p{number}", 20, "-99999999999999999999999999999") for number in range(3)),
    ]
)
def test_amounts_too_great_to_add_stop_nobody(found: Found) -> None:
    assert found[KEY]["Status"] == "open"
