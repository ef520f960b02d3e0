"""The names and words of a business span: every ``business.*`` attribute, and the values some of them allow.

Standard library only, so that a collector or a query can share the vocabulary without the rest of the SDK.

Example:
    >>> from spanledger import attributes
    >>> attributes.entity("invoice")
    'business.entity.invoice'
"""

from typing import Final, Literal, get_args

PREFIX: Final = "business."

PROCESS: Final = "business.process"
"""The process this span is a step of; only needed where a step belongs to several."""
TRANSACTION: Final = "business.transaction"
"""The transaction's key, ``process/ROOT``; also the name of the W3C baggage entry that carries it."""
STEP: Final = "business.step"
"""What happened, ``<entity>.<past participle>``: ``invoice.posted``."""
SYSTEM: Final = "business.system"
"""Where it happened: ``netsuite``."""
ID_SCOPE: Final = "business.id_scope"
"""A name space of the ids: two instances of one system that both number from 1."""
OUTCOME: Final = "business.outcome"
"""One of `OUTCOMES`; without it the span's status decides."""
AMOUNT: Final = "business.amount"
"""A decimal as a string, in `CURRENCY`."""
CURRENCY: Final = "business.currency"
"""ISO 4217 code of `AMOUNT`: ``EUR``."""
QUANTITY: Final = "business.quantity"
"""A decimal as a string, in `UNIT`."""
UNIT: Final = "business.unit"
"""What `QUANTITY` counts: ``hours``."""
LEGAL_ENTITY: Final = "business.legal_entity"
"""The company in whose books it happened."""
REGION: Final = "business.region"
"""The region it belongs to."""
OCCURRED_AT: Final = "business.occurred_at"
"""RFC 3339: overrides the span's time, where OTLP's unsigned nanoseconds cannot say it."""
DUE_AT: Final = "business.due_at"
"""RFC 3339: an explicit deadline."""
IDEMPOTENCY_KEY: Final = "business.idempotency_key"
"""Tells a retry (the same key) from a duplicate (another key)."""
ATTEMPT: Final = "business.attempt"
"""Which attempt this was, from 1."""
REPLAY_OF: Final = "business.replay_of"
"""What this span replays."""
ERROR_KIND: Final = "business.error.kind"
"""One of `ERROR_KINDS`."""
ERROR_CODE: Final = "business.error.code"
"""The code as the system gave it: ``PERIOD_CLOSED``."""
ERROR_MESSAGE: Final = "business.error.message"
"""The message as the system gave it."""
ERROR_RETRYABLE: Final = "business.error.retryable"
"""A bool: whether trying again unchanged can help."""
IMPACT: Final = "business.impact"
"""One of `IMPACTS`; overrides the process's own."""
RECORD_COUNT: Final = "business.record_count"
"""An int: the size of a batch."""
PRODUCER_ID: Final = "business.producer.id"
"""Set by the SDK: one id per process lifetime."""
PRODUCER_SEQ: Final = "business.producer.seq"
"""Set by the SDK: 1, 2, 3, ... within a producer id; a gap is a span that may be lost."""
PRODUCER_LAST: Final = "business.producer.last"
"""Set by the SDK on its last span: how many there were. Without it the end may have lost some."""
ANNOUNCES: Final = "business.announces"
"""On the announcement of a running step: the span id to come, as 16 hex digits."""

ENTITY_PREFIX: Final = "business.entity."
"""``business.entity.<type>``: the id, or a list of ids of different entities."""
ALIAS_PREFIX: Final = "business.alias."
"""``business.alias.<type>``: other ids of the one entity of that type on the span."""
ATTRIBUTE_PREFIX: Final = "business.attribute."
"""``business.attribute.<type>.<key>``: a fact about an entity."""
ALLOCATION_PREFIX: Final = "business.allocation."
"""``business.allocation.<type>``: how the amount splits, ``["INV-1=100.00", "INV-2=50.00"]``."""

FIXED_NAMES: Final = frozenset(
    {
        PROCESS,
        TRANSACTION,
        STEP,
        SYSTEM,
        ID_SCOPE,
        OUTCOME,
        AMOUNT,
        CURRENCY,
        QUANTITY,
        UNIT,
        LEGAL_ENTITY,
        REGION,
        OCCURRED_AT,
        DUE_AT,
        IDEMPOTENCY_KEY,
        ATTEMPT,
        REPLAY_OF,
        ERROR_KIND,
        ERROR_CODE,
        ERROR_MESSAGE,
        ERROR_RETRYABLE,
        IMPACT,
        RECORD_COUNT,
        PRODUCER_ID,
        PRODUCER_SEQ,
        PRODUCER_LAST,
        ANNOUNCES,
    }
)
"""Every attribute whose name carries no entity type."""
OPEN_PREFIXES: Final = (ENTITY_PREFIX, ALIAS_PREFIX, ATTRIBUTE_PREFIX, ALLOCATION_PREFIX)
"""Every prefix after which the emitter chooses the rest of the name."""

Outcome = Literal["success", "failure", "rejected", "partial", "skipped", "cancelled", "compensated"]
OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
"""``compensated`` undoes the success of its step."""

ErrorKind = Literal[
    "validation",
    "mapping",
    "authorization",
    "connectivity",
    "timeout",
    "rate_limit",
    "conflict",
    "closed_period",
    "unknown",
]
ERROR_KINDS: Final[tuple[str, ...]] = get_args(ErrorKind)

Impact = Literal["revenue", "client", "compliance", "reporting"]
IMPACTS: Final[tuple[str, ...]] = get_args(Impact)

ENTITY_TYPES: Final = (
    "account",
    "contact",
    "lead",
    "opportunity",
    "quote",
    "contract",
    "contract_amendment",
    "statement_of_work",
    "rate_card",
    "engagement",
    "project",
    "task",
    "budget",
    "milestone",
    "resource",
    "worker",
    "assignment",
    "timesheet",
    "time_entry",
    "expense_report",
    "expense_item",
    "purchase_order",
    "vendor_invoice",
    "billing_event",
    "invoice",
    "credit_note",
    "dispute",
    "payment",
    "revenue_schedule",
    "journal_entry",
    "payroll_run",
    "dataset",
)
"""The canonical entity types. The set is open: an emitter may name others."""


def entity(entity_type: str) -> str:
    """The attribute that names entities of a type."""
    return ENTITY_PREFIX + entity_type


def alias(entity_type: str) -> str:
    """The attribute that lists other ids of the span's one entity of a type."""
    return ALIAS_PREFIX + entity_type


def attribute(entity_type: str, key: str) -> str:
    """The attribute that states one fact about the span's entity of a type."""
    return f"{ATTRIBUTE_PREFIX}{entity_type}.{key}"


def allocation(entity_type: str) -> str:
    """The attribute that splits the span's amount over entities of a type."""
    return ALLOCATION_PREFIX + entity_type
