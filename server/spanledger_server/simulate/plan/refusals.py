"""The words in which each system refuses."""

from spanledger_server.simulate.plan.dice import Dice
from spanledger_server.simulate.plan.occurrence import Refusal, System

CLOSED_PERIOD = Refusal(
    "closed_period", "PERIOD_CLOSED", "The accounting period is closed. Choose a date in an open period.", False
)
MAPPING: dict[System, Refusal] = {
    "netsuite": Refusal("mapping", "INVALID_KEY_OR_REF", "Invalid job reference key for this customer.", False),
    "salesforce": Refusal("mapping", "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id: Account__c", False),
    "kantata": Refusal("mapping", "UNKNOWN_RATE_CARD", "The rate card is not mapped to this workspace group.", False),
    "workday": Refusal("mapping", "INVALID_REFERENCE_ID", "Invalid ID value for type Cost_Center_Reference_ID.", False),
    "concur": Refusal("mapping", "INVALID_LIST_ITEM", "The cost object is not an item of the connected list.", False),
    "snowflake": Refusal("mapping", "100038", "Numeric value of SUBSIDIARY is not recognized.", False),
    "powerbi": Refusal("mapping", "ColumnNotFound", "The column LEGAL_ENTITY of the rowset was not found.", False),
}
REFUSALS: dict[System, tuple[Refusal, ...]] = {
    "netsuite": (
        Refusal("validation", "USER_ERROR", "Please enter value(s) for: Tax Code.", False),
        Refusal("conflict", "RCRD_HAS_BEEN_CHANGED", "Record has been changed by another user.", True),
        Refusal("rate_limit", "SSS_REQUEST_LIMIT_EXCEEDED", "Concurrent request limit exceeded.", True),
        Refusal(
            "authorization", "INSUFFICIENT_PERMISSION", "You do not have permission: Transactions > Invoice.", False
        ),
    ),
    "salesforce": (
        Refusal("conflict", "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", True),
        Refusal("rate_limit", "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", True),
        Refusal("authorization", "INVALID_SESSION_ID", "Session expired or invalid", True),
        Refusal("validation", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Invoice date precedes contract start.", False),
    ),
    "kantata": (
        Refusal("validation", "VALIDATION_ERROR", "Workspace title has already been taken", False),
        Refusal("timeout", "GATEWAY_TIMEOUT", "The upstream did not answer within 60 seconds", True),
        Refusal("connectivity", "CONNECTION_RESET", "Connection reset by peer", True),
    ),
    "workday": (
        Refusal("validation", "VALIDATION_FAILED", "The position is not open on the start date.", False),
        Refusal("timeout", "PROCESSING_TIMEOUT", "The integration event exceeded its time.", True),
    ),
    "concur": (
        Refusal("validation", "EMPLOYEE_INACTIVE", "The employee is not active in this policy group.", False),
        Refusal("rate_limit", "TOO_MANY_REQUESTS", "The request quota is used up.", True),
    ),
    "snowflake": (
        Refusal("authorization", "003001", "Insufficient privileges to operate on schema FINANCE.", False),
        Refusal("timeout", "000630", "The statement reached its timeout and was cancelled.", True),
    ),
    "powerbi": (
        Refusal("authorization", "DMTS_OAuthTokenRefreshFailedError", "The data source's sign-in has expired.", True),
        Refusal("connectivity", "DM_GWPipeline_Gateway_ClusterUnreachable", "The gateway does not answer.", True),
    ),
}
HOURS_REJECTED = Refusal("validation", "BUDGET_EXCEEDED", "The hours exceed what is left of the budget.", False)
APPROVAL_REFUSED = Refusal("validation", "RETURNED", "Sent back by the approver: the receipt is missing.", False)
GENERATION_REFUSED = Refusal("validation", "RATE_MISSING", "No billing rate is set for one of the roles.", False)
PAYMENT_BOUNCED = Refusal("unknown", "AC04", "The direct debit was returned: account closed.", False)


def refusal(fault: str, system: System, dice: Dice) -> Refusal:
    """The refusal of that system for the fault."""
    if fault == "closed_period" and system == "netsuite":
        return CLOSED_PERIOD
    if fault == "mapping_error":
        return MAPPING[system]
    return dice.pick(REFUSALS[system])
