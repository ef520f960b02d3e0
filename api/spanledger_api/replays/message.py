"""The order that an endpoint gets: what to try again, in ids alone, signed by Standard Webhooks.

https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp` and `webhook-signature`, an HMAC-SHA256 over the three
of id, timestamp and body, by a secret that only the two sides have.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, Final
from uuid import UUID

from standardwebhooks import Webhook

from spanledger_api.moments import rfc3339, utc
from spanledger_api.replays.target import Target

KIND: Final = "replay.requested"


@dataclass(frozen=True, slots=True)
class Message:
    """A request to an endpoint: its body and its headers."""

    body: bytes
    headers: Mapping[str, str]


def new_trace_id() -> str:
    """A trace for an order to begin."""
    return secrets.token_hex(16)


def content(target: Target, tenant: str, replay_id: UUID, now: datetime, *, dry_run: bool) -> dict[str, Any]:
    """What the order says: ids, never money or names."""
    failed, row = target.failed, target.row
    return {
        "type": KIND,
        "timestamp": rfc3339(now),
        "data": {
            "replay_id": str(replay_id),
            "dry_run": dry_run,
            "tenant": tenant,
            "process": row["Process"],
            "transaction": row["Key"],
            "step": target.step,
            "entity": {"type": row["RootType"], "id": row["RootId"]},
            "attempt": len(target.facts.attempts) + 1,
            "failed": {
                "trace_id": failed["TraceId"],
                "span_id": failed["SpanId"],
                "happened": rfc3339(utc(failed["Happened"])),
                "system": failed["System"],
                "service": failed["ServiceName"],
                "outcome": failed["Outcome"],
                "error_kind": failed["ErrorKind"],
                "error_code": failed["ErrorCode"],
                "idempotency_key": failed["IdempotencyKey"],
            },
        },
    }


def sign(said: Mapping[str, Any], trace_id: str, secret: str) -> Message:
    """The request for such a content, signed now. Whoever gets it twice knows it by `webhook-id`."""
    replay_id, now = said["data"]["replay_id"], datetime.now(UTC)
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return Message(
        body.encode(),
        {
            "Content-Type": "application/json",
            "User-Agent": f"spanledger/{metadata.version('spanledger-platform')}",
            "Idempotency-Key": replay_id,
            "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01",
            "webhook-id": replay_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(msg_id=replay_id, timestamp=now, data=body),
        },
    )
