"""The other departments of a whole firm, beside deals, hours and invoices."""

from __future__ import annotations

from spanledger_server.simulate.plan.agreements import assign_people, find_leads, sign_contracts
from spanledger_server.simulate.plan.costs import (
    claim_expenses,
    receive_vendor_invoices,
    recognise_revenue,
    run_payrolls,
)
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.invoice_news import dispute, report, tell_of_payments, tell_the_crm
from spanledger_server.simulate.plan.invoices import Posted
from spanledger_server.simulate.plan.masters import master_accounts, master_workers


def open_all_departments(firm: Firm, posted: list[Posted]) -> None:
    """Plan the thirteen processes that only a whole firm plays, about as many of each as there are invoices."""
    few = max(8, firm.scope.invoices // 3)
    master_accounts(firm)
    master_workers(firm, few)
    find_leads(firm, few)
    sign_contracts(firm, few)
    assign_people(firm, few)
    claim_expenses(firm, few)
    receive_vendor_invoices(firm, few)
    recognise_revenue(firm, few)
    run_payrolls(firm)
    tell_the_crm(firm, posted)
    report(firm, posted)
    dispute(firm, posted)
    tell_of_payments(firm)
