"""The processes that only a whole firm plays, as its controllers know them."""

from __future__ import annotations

from decimal import Decimal

from spanledger_server.simulate.plan.instant import DAY, HOUR, MINUTE
from spanledger_server.simulate.truth.process import Process, Ranking, Rule, ranked

TRANSPORT = frozenset({"authorization", "connectivity", "timeout", "rate_limit"})
_ANY: frozenset[str] = frozenset()
_LATE_THEN_STUCK = (Ranking("high", breached=True), Ranking("medium", stuck=True), Ranking("low"))
_PLATINUM_FIRST = (Ranking("high", stuck=True, platinum=True), *_LATE_THEN_STUCK)


def _much_is_high(eur_from: int) -> tuple[Ranking, ...]:
    return (Ranking("high", stuck=True, eur_from=Decimal(eur_from)), *_LATE_THEN_STUCK)


ACCOUNT_MASTERING = Process(
    name="account-mastering",
    root="account",
    impact="client",
    amount_from="",
    steps=(
        Rule("account.created", carries=("account.tax_id", "account.payment_terms", "legal_entity")),
        Rule("account.approved", business_days=2, platinum_days=1, of="account.created"),
        Rule(
            "account.synced_to_erp",
            agree=(("account.payment_terms", "salesforce"),),
            grace=15 * MINUTE,
            within=4 * HOUR,
            of="account.approved",
            requires=("account.approved",),
            any_order=True,
        ),
        Rule(
            "account.synced_to_psa",
            grace=15 * MINUTE,
            within=4 * HOUR,
            of="account.approved",
            requires=("account.approved",),
            any_order=True,
        ),
    ),
    cancelled_by="account.rejected",
    failed_by="",
    owners=(
        ("finance-operations", "account.approved", _ANY),
        ("integration-team", "", TRANSPORT),
        ("master-data-team", "", _ANY),
    ),
    target=3 * DAY,
    platinum_target=DAY,
    rankings=_PLATINUM_FIRST,
)
WORKER_MASTERING = Process(
    name="worker-mastering",
    root="worker",
    impact="compliance",
    amount_from="",
    steps=(
        Rule("worker.hired", carries=("worker.cost_center", "legal_entity")),
        Rule("worker.synced_to_psa", grace=HOUR, within=36 * HOUR, of="worker.hired", any_order=True),
        Rule("worker.synced_to_erp", grace=HOUR, within=36 * HOUR, of="worker.hired", any_order=True),
        Rule("worker.synced_to_expenses", grace=HOUR, within=3 * DAY, of="worker.hired", any_order=True),
    ),
    cancelled_by="worker.withdrawn",
    failed_by="",
    owners=(
        ("integration-team", "", TRANSPORT),
        ("hr-operations", "worker.hired", _ANY),
        ("master-data-team", "", _ANY),
    ),
    target=4 * DAY,
    platinum_target=4 * DAY,
    rankings=_LATE_THEN_STUCK,
    at_risk_at=Decimal("0.75"),
)
LEAD_TO_OPPORTUNITY = Process(
    name="lead-to-opportunity",
    root="lead",
    impact="revenue",
    amount_from="opportunity.created",
    steps=(
        Rule("lead.captured"),
        Rule("lead.qualified", within=7 * DAY, of="lead.captured"),
        Rule("lead.synced_to_crm", grace=15 * MINUTE, within=HOUR, of="lead.qualified"),
        Rule("opportunity.created", within=5 * DAY, of="lead.synced_to_crm", end=True),
    ),
    cancelled_by="lead.disqualified",
    failed_by="",
    owners=(
        ("marketing-operations", "lead.qualified", _ANY),
        ("integration-team", "", TRANSPORT),
        ("sales-operations", "", _ANY),
    ),
    target=14 * DAY,
    platinum_target=14 * DAY,
    rankings=_LATE_THEN_STUCK,
)
CONTRACT_TO_BILLING = Process(
    name="contract-to-billing",
    root="contract",
    impact="revenue",
    amount_from="contract.signed",
    steps=(
        Rule("contract.signed", carries=("account", "amount", "legal_entity")),
        Rule("contract.confirmed", grace=15 * MINUTE, within=DAY, of="contract.signed"),
        Rule("rate_card.published", grace=15 * MINUTE, within=3 * DAY, of="contract.signed", many=True),
        Rule("contract_amendment.signed", required=False, many=True),
        Rule(
            "contract_amendment.confirmed",
            when=("contract.amended", "true"),
            grace=15 * MINUTE,
            within=DAY,
            of="contract_amendment.signed",
            many=True,
        ),
        Rule(
            "billing_event.scheduled",
            within=5 * DAY,
            of="contract.confirmed",
            many=True,
            requires=("contract.confirmed",),
        ),
    ),
    cancelled_by="contract.terminated",
    failed_by="",
    owners=(
        ("contract-management", "contract.signed", _ANY),
        ("contract-management", "contract_amendment.signed", _ANY),
        ("project-management-office", "rate_card.published", _ANY),
        ("integration-team", "", TRANSPORT),
        ("finance-operations", "", _ANY),
    ),
    target=8 * DAY,
    platinum_target=5 * DAY,
    rankings=ranked(500_000),
)
RESOURCE_TO_DELIVERY = Process(
    name="resource-to-delivery",
    root="assignment",
    impact="client",
    amount_from="",
    steps=(
        Rule("assignment.requested"),
        Rule("assignment.staffed", carries=("resource", "project"), within=14 * DAY, of="assignment.requested"),
        Rule("assignment.synced_to_erp", grace=15 * MINUTE, within=8 * HOUR, of="assignment.staffed"),
        Rule("assignment.started", within=10 * DAY, of="assignment.staffed", requires=("assignment.synced_to_erp",)),
        Rule(
            "assignment.completed",
            within=180 * DAY,
            of="assignment.started",
            due_from="assignment.started",
            end=True,
        ),
    ),
    cancelled_by="assignment.withdrawn",
    failed_by="",
    owners=(
        ("resource-management", "assignment.requested", _ANY),
        ("resource-management", "assignment.staffed", _ANY),
        ("integration-team", "", TRANSPORT),
        ("project-managers", "assignment.started", _ANY),
        ("project-managers", "assignment.completed", _ANY),
        ("erp-team", "", _ANY),
    ),
    target=210 * DAY,
    platinum_target=210 * DAY,
    rankings=_PLATINUM_FIRST,
    at_risk_at=Decimal("0.9"),
)
EXPENSE_TO_REIMBURSEMENT = Process(
    name="expense-to-reimbursement",
    root="expense_report",
    impact="compliance",
    amount_from="expense_report.submitted",
    steps=(
        Rule("expense_report.submitted", carries=("expense_item", "worker", "amount")),
        Rule("expense_report.approved", business_days=5, of="expense_report.submitted"),
        Rule(
            "expense_report.posted",
            agree=(("amount", "expense_report.submitted"),),
            grace=HOUR,
            within=36 * HOUR,
            of="expense_report.approved",
        ),
        Rule(
            "expense_report.reimbursed",
            within=10 * DAY,
            of="expense_report.posted",
            end=True,
            requires=("expense_report.approved",),
        ),
    ),
    cancelled_by="expense_report.recalled",
    failed_by="",
    owners=(
        ("line-managers", "expense_report.approved", _ANY),
        ("integration-team", "", TRANSPORT),
        ("accounts-payable", "", _ANY),
    ),
    target=20 * DAY,
    platinum_target=20 * DAY,
    rankings=_much_is_high(5_000),
)
VENDOR_PASS_THROUGH = Process(
    name="vendor-pass-through",
    one_per="vendor_invoice.received",
    root="vendor_invoice",
    impact="revenue",
    amount_from="vendor_invoice.received",
    steps=(
        Rule("vendor_invoice.received", carries=("project", "amount", "vendor_invoice.tax_code")),
        Rule("vendor_invoice.matched", business_days=2, of="vendor_invoice.received"),
        Rule("vendor_invoice.approved", within=5 * DAY, of="vendor_invoice.matched"),
        Rule(
            "vendor_invoice.posted",
            agree=(("amount", "vendor_invoice.received"),),
            grace=15 * MINUTE,
            within=DAY,
            of="vendor_invoice.approved",
        ),
        Rule("billing_event.created", within=35 * DAY, of="vendor_invoice.posted", any_order=True),
        Rule(
            "vendor_invoice.paid",
            within=30 * DAY,
            of="vendor_invoice.posted",
            due_from="vendor_invoice.received",
            any_order=True,
            requires=("vendor_invoice.approved",),
        ),
    ),
    cancelled_by="vendor_invoice.refused",
    failed_by="",
    owners=(
        ("project-managers", "vendor_invoice.approved", _ANY),
        ("integration-team", "", TRANSPORT),
        ("finance-operations", "billing_event.created", _ANY),
        ("accounts-payable", "", _ANY),
    ),
    target=45 * DAY,
    platinum_target=45 * DAY,
    rankings=ranked(50_000),
)
INVOICE_STATUS_TO_CRM = Process(
    name="invoice-status-to-crm",
    root="invoice",
    impact="client",
    amount_from="invoice.posted",
    steps=(
        Rule("invoice.posted"),
        Rule("invoice.synced_to_crm", in_crm_only=True, grace=15 * MINUTE, within=HOUR, of="invoice.posted"),
        Rule("invoice.status_updated", required=False, grace=15 * MINUTE, many=True),
        Rule("invoice.status_closed", in_crm_only=True, within=45 * DAY, of="invoice.posted"),
    ),
    cancelled_by="invoice.voided",
    failed_by="invoice.written_off",
    owners=(
        ("erp-team", "invoice.posted", _ANY),
        ("integration-team", "", TRANSPORT),
        ("finance-systems", "", _ANY),
    ),
    target=60 * DAY,
    platinum_target=60 * DAY,
    rankings=_PLATINUM_FIRST,
)
PAYMENT_FEEDBACK = Process(
    name="payment-feedback",
    root="payment",
    impact="client",
    amount_from="payment.received",
    steps=(
        Rule("payment.received", carries=("amount",)),
        Rule("payment.applied", within=4 * DAY, of="payment.received", many=True),
        Rule("payment.synced_to_crm", grace=15 * MINUTE, within=4 * HOUR, of="payment.applied", end=True),
    ),
    cancelled_by="payment.returned",
    failed_by="",
    owners=(
        ("collections", "payment.applied", _ANY),
        ("integration-team", "", TRANSPORT),
        ("finance-systems", "", _ANY),
    ),
    target=6 * DAY,
    platinum_target=6 * DAY,
    rankings=_much_is_high(100_000),
)
DISPUTE_TO_RESOLUTION = Process(
    name="dispute-to-resolution",
    root="dispute",
    impact="revenue",
    amount_from="dispute.opened",
    steps=(
        Rule("dispute.opened", carries=("invoice", "amount", "dispute.reason")),
        Rule("dispute.assigned", within=DAY, of="dispute.opened"),
        Rule("dispute.question_asked", required=False, many=True),
        Rule("dispute.question_answered", required=False, many=True),
        Rule("dispute.examined", within=7 * DAY, of="dispute.assigned"),
        Rule(
            "credit_note.issued",
            when=("dispute.outcome", "credit"),
            grace=15 * MINUTE,
            within=3 * DAY,
            of="dispute.examined",
            many=True,
            requires=("dispute.examined",),
        ),
        Rule("dispute.resolved", within=14 * DAY, of="dispute.opened", end=True),
    ),
    cancelled_by="dispute.withdrawn",
    pauses=(("dispute.question_asked", "dispute.question_answered"),),
    failed_by="",
    owners=(
        ("client-partners", "dispute.assigned", _ANY),
        ("project-managers", "dispute.examined", _ANY),
        ("integration-team", "", TRANSPORT),
        ("finance-operations", "", _ANY),
    ),
    target=15 * DAY,
    platinum_target=7 * DAY,
    rankings=ranked(100_000),
    at_risk_at=Decimal("0.7"),
)
REVENUE_RECOGNITION = Process(
    name="revenue-recognition",
    root="revenue_schedule",
    impact="reporting",
    amount_from="revenue_schedule.created",
    steps=(
        Rule("revenue_schedule.created", carries=("contract", "amount")),
        Rule("revenue_schedule.approved", business_days=3, after_month=True, of="revenue_schedule.created"),
        Rule(
            "journal_entry.posted",
            grace=15 * MINUTE,
            within=5 * DAY,
            of="revenue_schedule.approved",
            many=True,
            settles="revenue_schedule.created",
            requires=("revenue_schedule.approved",),
        ),
        Rule("revenue_schedule.recognized", within=10 * DAY, of="revenue_schedule.approved", end=True),
    ),
    cancelled_by="revenue_schedule.cancelled",
    failed_by="",
    owners=(
        ("revenue-accounting", "revenue_schedule.created", _ANY),
        ("revenue-accounting", "revenue_schedule.approved", _ANY),
        ("erp-team", "", TRANSPORT),
        ("general-ledger", "", _ANY),
    ),
    target=20 * DAY,
    platinum_target=20 * DAY,
    rankings=ranked(250_000),
)
INVOICE_TO_REPORTING = Process(
    name="invoice-to-reporting",
    root="invoice",
    impact="reporting",
    amount_from="invoice.posted",
    steps=(
        Rule("invoice.posted"),
        Rule("invoice.loaded", grace=2 * HOUR, within=36 * HOUR, of="invoice.posted"),
        Rule("invoice.transformed", grace=2 * HOUR, within=6 * HOUR, of="invoice.loaded"),
        Rule("invoice.reported", grace=2 * HOUR, within=DAY, of="invoice.transformed", end=True),
    ),
    cancelled_by="invoice.voided",
    failed_by="",
    owners=(
        ("erp-team", "invoice.posted", _ANY),
        ("bi-team", "invoice.reported", _ANY),
        ("data-platform", "", _ANY),
    ),
    target=3 * DAY,
    platinum_target=3 * DAY,
    rankings=_much_is_high(100_000),
    at_risk_at=Decimal("0.7"),
)
PAYROLL_FEED = Process(
    name="payroll-feed",
    root="payroll_run",
    impact="compliance",
    amount_from="payroll_run.calculated",
    steps=(
        Rule("payroll_run.opened"),
        Rule("payroll_run.hours_received", grace=HOUR, within=DAY, of="payroll_run.opened"),
        Rule(
            "payroll_run.calculated",
            carries=("amount", "legal_entity"),
            within=2 * DAY,
            of="payroll_run.hours_received",
        ),
        Rule("payroll_run.approved", within=DAY, of="payroll_run.calculated"),
        Rule(
            "payroll_run.paid",
            grace=HOUR,
            within=2 * DAY,
            of="payroll_run.approved",
            requires=("payroll_run.approved",),
        ),
        Rule("journal_entry.posted", grace=15 * MINUTE, within=3 * DAY, of="payroll_run.approved", many=True),
    ),
    cancelled_by="payroll_run.cancelled",
    failed_by="",
    owners=(
        ("integration-team", "", TRANSPORT),
        ("general-ledger", "journal_entry.posted", _ANY),
        ("payroll-office", "", _ANY),
    ),
    target=7 * DAY,
    platinum_target=7 * DAY,
    rankings=(Ranking("critical", stuck=True), Ranking("high", breached=True), Ranking("low")),
    at_risk_at=Decimal("0.7"),
)
WHOLE_FIRM = (
    ACCOUNT_MASTERING,
    WORKER_MASTERING,
    LEAD_TO_OPPORTUNITY,
    CONTRACT_TO_BILLING,
    RESOURCE_TO_DELIVERY,
    EXPENSE_TO_REIMBURSEMENT,
    VENDOR_PASS_THROUGH,
    INVOICE_STATUS_TO_CRM,
    PAYMENT_FEEDBACK,
    DISPUTE_TO_RESOLUTION,
    REVENUE_RECOGNITION,
    INVOICE_TO_REPORTING,
    PAYROLL_FEED,
)
