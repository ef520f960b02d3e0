"""How each system is asked over HTTP, and how it answers."""

from __future__ import annotations

from typing import Any

from spanledger_server.simulate.plan.occurrence import Occurrence, Refusal, System
from spanledger_server.simulate.systems.message import Answer

_PATHS = {
    "project_handover.started": ("POST", "/ws/simple/createProject"),
    "project.created": ("POST", "/api/v1/workspaces"),
    "project.synced_to_erp": ("POST", "/services/rest/record/v1/job"),
    "time_entry.posted": ("POST", "/services/rest/record/v1/timeBill"),
    "payment.received": ("POST", "/services/rest/record/v1/customerPayment"),
    "invoice.synced_to_crm": ("PATCH", "/services/data/v63.0/sobjects/Invoice__c"),
}
_STATUS = {"rate_limit": 429, "authorization": 401, "conflict": 409, "timeout": 504, "connectivity": 503}


def request_line(occurrence: Occurrence) -> tuple[str, str]:
    """The method and path at which a system takes it."""
    return _PATHS.get(occurrence.name, ("POST", f"/{occurrence.name.partition('.')[0]}"))


def record(occurrence: Occurrence) -> dict[str, Any]:
    """The business record that the caller sends along."""
    fields: dict[str, Any] = {kind: list(ids) for kind, ids in occurrence.entities}
    if occurrence.money is not None:
        fields["total"] = str(occurrence.money.amount)
        fields["currencysymbol"] = occurrence.money.currency
    if occurrence.hours is not None:
        fields["hours"] = str(occurrence.hours)
    if occurrence.legal_entity:
        fields["subsidiary"] = occurrence.legal_entity
    return fields


def answer(occurrence: Occurrence) -> Answer:
    """The answer of the system: a silent drop looks like a success."""
    if occurrence.refusal is None:
        return Answer(200, {"accepted": occurrence.event})
    status = _STATUS.get(occurrence.refusal.kind, 400)
    return Answer(status, _error(occurrence.system, occurrence.refusal, status))


def _error(system: System, refusal: Refusal, status: int) -> Any:
    if system == "salesforce":
        return [{"message": refusal.message, "errorCode": refusal.code}]
    if system == "netsuite":
        details = [{"detail": refusal.message, "o:errorCode": refusal.code}]
        return {"title": "Bad Request", "status": status, "o:errorDetails": details}
    return {"errors": [{"type": refusal.code, "message": refusal.message}]}
