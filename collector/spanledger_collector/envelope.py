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
from spanledger_collector.wire import FIXED64, length_field, varint

_NO_LIMIT = 2**40
_COMMON: dict[str, Any] = {
    "output_format_json_escape_forward_slashes": 0,
    # One group becomes one part: a reader sees all of a batch or nothing of it.
    "max_insert_block_size": _NO_LIMIT,
    "min_insert_block_size_rows": _NO_LIMIT,
    "min_insert_block_size_bytes": _NO_LIMIT,
    "max_block_size": _NO_LIMIT,
    # Groups are decoded beside each other, not each in several threads.
    "max_threads": 1,
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
    """The group's requests: tenant and content, all of one encoding."""
    pieces: list[bytes] = []
    for tenant, request in requests:
        if request.encoding == "json":
            head = json.dumps({"tenant": tenant, "batch": str(batch), "stored_at": stored_at})
            pieces += (head[:-1].encode(), b', "request": ', *request.parts, b"}\n")
        else:
            fields = _fields(tenant, batch, stored_at)
            for part in request.parts:
                pieces += (varint(len(part) + len(fields)), part, fields)
    return b"".join(pieces)


def _fields(tenant: str, batch: UUID, stored_at: int) -> bytes:
    """Tenant, batch and moment as fields 11 to 13 of otlp.proto's Item."""
    tenant_bytes, batch_bytes = tenant.encode(), str(batch).encode()
    return b"".join(
        (
            length_field(11, len(tenant_bytes)) + tenant_bytes,
            length_field(12, len(batch_bytes)) + batch_bytes,
            varint(13 << 3 | FIXED64) + stored_at.to_bytes(8, "little"),
        )
    )
