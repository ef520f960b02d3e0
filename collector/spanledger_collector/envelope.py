"""The envelope of a group: what goes around the requests' own bytes on their way into ClickHouse.

Protobuf requests become length-delimited `Item` messages, one per ScopeSpans; JSON requests become lines. Either way
the bytes of the request are copied, never decoded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from uuid import UUID

from spanledger_collector.door import Checked
from spanledger_collector.responses import Encoding
from spanledger_collector.wire import length_field, varint

_NO_LIMIT = 2**40
_COMMON: dict[str, Any] = {
    "output_format_json_escape_forward_slashes": 0,
    # One group becomes one part: a reader sees all of a batch or nothing of it.
    "max_insert_block_size": _NO_LIMIT,
    "min_insert_block_size_rows": _NO_LIMIT,
    "min_insert_block_size_bytes": _NO_LIMIT,
    "max_block_size": _NO_LIMIT,
}


@dataclass(frozen=True)
class Target:
    """Where groups of one encoding go: the table, ClickHouse's input format, and the settings of the insert."""

    table: str
    input_format: str
    settings: dict[str, Any]


TARGETS: dict[Encoding, Target] = {
    "protobuf": Target(
        "otlp_protobuf",
        "Protobuf",
        _COMMON
        | {
            "format_schema_source": "string",
            "format_schema": (resources.files("spanledger_collector") / "otlp.proto").read_text(encoding="utf-8"),
            "format_schema_message_name": "Item",
            "input_format_protobuf_oneof_presence": 1,
        },
    ),
    "json": Target("otlp_json", "JSONEachRow", _COMMON),
}


def payload(requests: Sequence[tuple[str, Checked]], batch: UUID, stored_at: int) -> bytes:
    """The group's requests (tenant and content; all of one encoding), numbered from 0."""
    pieces: list[bytes] = []
    for number, (tenant, request) in enumerate(requests):
        if request.encoding == "json":
            head = {"tenant": tenant, "request_number": number, "batch": str(batch), "stored_at": stored_at}
            pieces += (json.dumps(head)[:-1].encode(), b', "request": ', *request.parts, b"}\n")
        else:
            head_bytes = _item_head(tenant, number, batch, stored_at)
            for part in request.parts:
                pieces += (varint(len(head_bytes) + len(part)), head_bytes, part)
    return b"".join(pieces)


def _item_head(tenant: str, number: int, batch: UUID, stored_at: int) -> bytes:
    tenant_bytes, batch_bytes = tenant.encode(), str(batch).encode()
    return b"".join(
        (
            length_field(1, len(tenant_bytes)) + tenant_bytes,
            b"\x10" + varint(number),
            length_field(3, len(batch_bytes)) + batch_bytes,
            b"\x21" + stored_at.to_bytes(8, "little"),
        )
    )
