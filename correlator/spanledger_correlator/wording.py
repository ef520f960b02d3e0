"""How durations, money, steps and systems read in a sentence for people."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

SYSTEM_NAMES: Final = {
    "adp": "ADP",
    "azure_data_factory": "Azure Data Factory",
    "bamboohr": "BambooHR",
    "boomi": "Boomi",
    "certinia": "Certinia",
    "concur": "Concur",
    "coupa": "Coupa",
    "databricks": "Databricks",
    "docusign": "DocuSign",
    "dynamics365": "Dynamics 365",
    "hubspot": "HubSpot",
    "jira": "Jira",
    "kantata": "Kantata",
    "mulesoft": "MuleSoft",
    "netsuite": "NetSuite",
    "oracle": "Oracle",
    "powerbi": "Power BI",
    "quickbooks": "QuickBooks",
    "salesforce": "Salesforce",
    "sap": "SAP",
    "servicenow": "ServiceNow",
    "snowflake": "Snowflake",
    "successfactors": "SuccessFactors",
    "ukg": "UKG",
    "workato": "Workato",
    "workday": "Workday",
    "xero": "Xero",
}
"""Names as their makers write them; a system that is not here is named as its spans name it."""

_ABBREVIATIONS: Final = {"crm": "CRM", "erp": "ERP", "hr": "HR", "psa": "PSA", "id": "ID", "sla": "SLA", "vat": "VAT"}
_TIMES: Final = {1: "once", 2: "twice"}


def system_name(system: str) -> str:
    """`netsuite` as `NetSuite`."""
    return SYSTEM_NAMES.get(system.lower(), system)


def step_words(step: str) -> str:
    """`invoice.synced_to_crm` as `invoice synced to CRM`."""
    return " ".join(_ABBREVIATIONS.get(word, word) for word in step.replace(".", " ").replace("_", " ").split())


def duration_words(length: timedelta) -> str:
    """The two leading units, rounded down: `3 d 4 h`, `4 h 12 min`, `12 min`; below a minute `less than a minute`."""
    minutes = max(length, timedelta()) // timedelta(minutes=1)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days:,} d {hours} h" if hours else f"{days:,} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else "less than a minute"


def amount_words(amount: Decimal, *, currency: str = "") -> str:
    """`EUR 48,200.00`: every digit that is there, and at least two decimals."""
    _, _, fraction = f"{amount:f}".partition(".")
    places = max(2, len(fraction.rstrip("0")))
    return f"{currency} {amount:,.{places}f}".strip()


def times_words(count: int) -> str:
    """`once`, `twice`, `17 times`."""
    return _TIMES.get(count, f"{count:,} times")


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
