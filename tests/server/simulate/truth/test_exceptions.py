"""Single stories of a contract and a vendor's invoice, and what is wrong with them."""

from __future__ import annotations

from spanledger.attributes import Outcome
from spanledger_server.simulate.plan.book import Story
from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE
from spanledger_server.simulate.plan.occurrence import Occurrence, System
from spanledger_server.simulate.truth.judge import TransactionTruth, judge

Entry = tuple[str, int, Outcome]
T0 = 1_780_000_000_000_000_000


def judged(process: str, *entries: Entry, facts: str = "") -> TransactionTruth:
    """The truth a hundred days after T0 of (step, time after T0, outcome); the first states `facts` to be true."""
    story = Story(process, "x", ["X-1"])
    for number, (step, after, outcome) in enumerate(entries):
        kind, _, key = facts.partition(".")
        attributes = ((kind, key, "true"),) if facts and number == 0 else ()
        story.entries.append(
            (Occurrence(f"e{number}", "netsuite", step, T0 + after, outcome=outcome, attributes=attributes), None)
        )
    return judge(story, "X-1", T0 + 100 * DAY, second_charge=False)


def test_a_step_behind_a_later_one_is_out_of_order_if_clocks_cannot_explain_it() -> None:
    for after, kinds in ((4 * MINUTE, ()), (6 * MINUTE, (("out_of_order", "lead.captured"),))):
        found = judged(
            "lead-to-opportunity",
            ("lead.qualified", 0, "success"),
            ("lead.captured", after, "success"),
            ("lead.synced_to_crm", HOUR, "success"),
            ("opportunity.created", DAY, "success"),
        )
        assert found.exceptions == kinds
        assert found.status == "completed"


def test_a_step_before_its_precondition_is_premature_until_that_is_there() -> None:
    paid: Entry = ("payroll_run.paid", DAY, "success")
    assert ("premature_step", "payroll_run.paid") in judged("payroll-feed", paid).exceptions
    late = judged("payroll-feed", paid, ("payroll_run.approved", 2 * DAY, "success"))
    assert ("premature_step", "payroll_run.paid") not in late.exceptions


def test_what_is_cancelled_has_no_exceptions() -> None:
    failed: Entry = ("worker.synced_to_psa", HOUR, "failure")
    assert judged("worker-mastering", ("worker.hired", 0, "success"), failed).stuck
    withdrawn = judged("worker-mastering", ("worker.hired", 0, "success"), failed, ("worker.withdrawn", DAY, "success"))
    assert (withdrawn.status, withdrawn.stuck, withdrawn.exceptions) == ("cancelled", False, ())


def test_a_fact_makes_a_step_needed() -> None:
    signed: Entry = ("contract_amendment.signed", 0, "success")
    for facts, needed in (("", False), ("contract.amended", True)):
        steps = {step.rule.step: step for step in judged("contract-to-billing", signed, facts=facts).steps}
        assert steps["contract_amendment.confirmed"].required is needed


def test_the_last_outcome_of_many_decides() -> None:
    once: Entry = ("rate_card.published", HOUR, "success")
    again: Entry = ("rate_card.published", DAY, "failure")
    for entries, done in (
        ((once,), True),
        ((once, again), False),
        ((again, ("rate_card.published", 2 * DAY, "success")), True),
    ):
        steps = {step.rule.step: step for step in judged("contract-to-billing", *entries).steps}
        assert (steps["rate_card.published"].done_at is not None) is done


def test_a_failing_step_that_nobody_needs_holds_nothing_up() -> None:
    story = judged(
        "invoice-status-to-crm", ("invoice.posted", 0, "success"), ("invoice.status_updated", HOUR, "failure")
    )
    assert (story.status, story.stuck) == ("completed", False)


Word = tuple[str, System, str]


def account(*words: Word) -> TransactionTruth:
    """An account about whose terms systems say so, in that order: (step, system, terms)."""
    story = Story("account-mastering", "account", ["A-1"], legal_entity="BW-DE")
    for number, (step, system, terms) in enumerate(words):
        facts = (("account", "tax_id", "DE1"), ("account", "payment_terms", terms))
        said = Occurrence(f"e{number}", system, step, T0 + number * HOUR, attributes=facts, legal_entity="BW-DE")
        story.entries.append((said, None))
    return judge(story, "A-1", T0 + DAY, second_charge=False)


def test_another_system_may_not_have_the_last_word_against_the_one_that_decides() -> None:
    created: Word = ("account.created", "salesforce", "P30")
    mismatch = ("value_mismatch", "account.synced_to_erp")
    for terms, differs in (("P30", False), ("P60", True)):
        found = account(created, ("account.synced_to_erp", "netsuite", terms))
        assert (mismatch in found.exceptions) is differs
    again = account(created, ("account.synced_to_erp", "netsuite", "P60"), ("account.approved", "salesforce", "P30"))
    assert mismatch not in again.exceptions


def test_a_record_is_incomplete_by_its_newest_word() -> None:
    incomplete = ("incomplete_record", "account.created")
    lacking: Word = ("account.created", "salesforce", "")
    whole: Word = ("account.created", "salesforce", "P30")
    assert incomplete in account(lacking).exceptions
    assert incomplete not in account(lacking, whole).exceptions
    assert incomplete in account(whole, lacking).exceptions


def test_a_question_to_the_client_stops_the_clocks_until_it_is_answered() -> None:
    opened: Entry = ("dispute.opened", 0, "success")
    assigned: Entry = ("dispute.assigned", HOUR, "success")
    asked: Entry = ("dispute.question_asked", 2 * DAY, "success")
    answered: Entry = ("dispute.question_answered", 12 * DAY, "success")
    overdue = ("overdue_step", "dispute.examined")
    assert overdue in judged("dispute-to-resolution", opened, assigned).exceptions
    assert overdue not in judged("dispute-to-resolution", opened, assigned, asked).exceptions
    late = judged("dispute-to-resolution", opened, assigned, asked, answered)
    deadlines = {step.rule.step: step.deadline for step in late.steps}
    assert deadlines["dispute.examined"] == T0 + HOUR + 17 * DAY
    assert overdue in late.exceptions
