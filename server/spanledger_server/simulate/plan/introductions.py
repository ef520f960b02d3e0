"""Clients are made known: the CRM says who they are, the middleware says under which number the ERP keeps them."""

from __future__ import annotations

from spanledger_server.simulate.plan.clients import Account
from spanledger_server.simulate.plan.firm import Firm
from spanledger_server.simulate.plan.instant import DAY, HOUR
from spanledger_server.simulate.plan.occurrence import Occurrence

# Before the oldest deal: what is said of a client holds for all that follows.
KNOWN_BEFORE = 380 * DAY


def introduce_clients(firm: Firm) -> None:
    """Tell the client attributes, the older values first; a client of whom nothing is known is not told of."""
    for account in firm.accounts:
        if not account.in_crm:
            continue
        at = firm.working_time(firm.book.dice("introduce", account.crm_id), firm.scope.end - KNOWN_BEFORE)
        if account.before is not None:
            _tell(firm, account, "was", at - 9 * DAY, *account.before)
        _tell(firm, account, "is", at, account.in_crm, account.tier)
        if account.erp_names:
            firm.book.happen(
                Occurrence(
                    event=f"account-map/{account.crm_id}",
                    system="boomi",
                    # In a whole firm that is a step of the client's mastering, and may fail: the numbers may not.
                    name="account.mapped" if firm.scope.whole else "account.synced_to_erp",
                    at=at + HOUR,
                    entities=(("account", (account.crm_id,)),),
                    aliases=(("account", (account.erp_id,)),),
                )
            )


def _tell(firm: Firm, account: Account, which: str, at: int, in_crm: str, tier: str) -> None:
    facts = [("account", "name", account.name), ("account", "in_crm", in_crm)]
    if tier:
        facts.append(("account", "tier", tier))
    firm.book.happen(
        Occurrence(
            event=f"account/{account.crm_id}/{which}",
            system="salesforce" if in_crm == "true" else "netsuite",
            name="account.updated",
            at=at,
            entities=(("account", (account.crm_id,)),),
            attributes=tuple(facts),
        )
    )
