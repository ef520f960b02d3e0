"""What can go wrong with a backfill; each message says what, where and what to do.

SpanledgerError
└── BackfillError
    ├── MappingInvalid        the mapping has a mistake; nothing was read
    ├── LogUnreadable         the event log lacks a column, or a row cannot be turned into a span
    └── DeliveryFailed        the endpoint cannot be reached or refuses; what it took before stays
"""

from __future__ import annotations

from spanledger_store.errors import SpanledgerError


class BackfillError(SpanledgerError):
    """The backfill did not run to its end."""

    code = "backfill_failed"


class MappingInvalid(BackfillError):
    """The mapping has a mistake; nothing was read and nothing was sent."""

    code = "mapping_invalid"


class LogUnreadable(BackfillError):
    """The event log cannot be read, lacks a column that the mapping names, or holds a row that cannot become a span."""

    code = "log_unreadable"


class DeliveryFailed(BackfillError):
    """The endpoint cannot be reached, or refuses; running the same command again resumes."""

    code = "delivery_failed"
    retryable = True
