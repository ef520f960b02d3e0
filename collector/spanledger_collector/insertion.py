"""One group's insert: its envelope into the table that decodes it, what became of each request, and what an error of
ClickHouse means for the sender.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from clickhouse_connect.driver.exceptions import ClickHouseError

from spanledger_collector import envelope
from spanledger_collector.door import Checked
from spanledger_collector.json_door import misshapen
from spanledger_collector.refusals import Malformed, Refused
from spanledger_collector.rejections import outcomes
from spanledger_collector.responses import Outcome
from spanledger_store import Store

# ClickHouse's codes for data that its parsers cannot read: CANNOT_PARSE_TEXT, …_ESCAPE_SEQUENCE, …_QUOTED_STRING,
# …_INPUT_ASSERTION_FAILED, CANNOT_READ_ALL_DATA, TYPE_MISMATCH, CANNOT_PARSE_NUMBER, INCORRECT_DATA,
# CANNOT_READ_ARRAY_FROM_TEXT, TOO_LARGE_STRING_SIZE, CANNOT_PARSE_BOOL, UNKNOWN_PROTOBUF_FORMAT, PROTOBUF_BAD_CAST
_UNREADABLE = frozenset({6, 25, 26, 27, 33, 53, 72, 117, 130, 131, 467, 444, 437})
# What it says, under a code that says nothing, of a message with two members of a oneof.
_TWO_KINDS = "OneOf has more than one value"


def insert(store: Store, requests: Sequence[tuple[str, Checked]], stored_at: int) -> list[Outcome]:
    """Store the requests, each with its tenant and all of one encoding, as one batch; durable when it returns.

    `stored_at` is in Unix nanoseconds.

    Raises:
        ClickHouseError, StoreUnavailable: nothing is known to be stored.
    """
    batch = uuid.uuid4()
    target = envelope.TARGETS[requests[0][1].encoding]
    payload = envelope.payload(requests, batch, stored_at)
    store.raw_insert(target.table, payload, target.input_format, target.settings)
    return outcomes(store, requests, batch, stored_at)


def is_unreadable(error: ClickHouseError) -> bool:
    """Whether an insert failed because of what a request holds, and would fail again."""
    return getattr(error, "code", None) in _UNREADABLE or _TWO_KINDS in str(error)


def unreadable(request: Checked, error: ClickHouseError) -> Refused:
    """The answer to a request that cannot be decoded."""
    if request.encoding == "json":
        return misshapen(b"".join(request.parts))
    if _TWO_KINDS in str(error):
        return Malformed("An attribute's value has two kinds. Send each value as one kind.")
    return Malformed(
        f"The body passed the first check, but cannot be decoded as an OTLP trace request. ({brief(error)})"
    )


def brief(error: Exception) -> str:
    """The kind of fault without the statement and the data that ClickHouse quotes."""
    code = getattr(error, "code", None)
    name = getattr(error, "name", None)
    return f"{type(error).__name__}, ClickHouse code {code} {name or ''}".strip() if code else type(error).__name__
