"""Why a span belongs to a transaction, as data and as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from spanledger_api.moments import utc
from spanledger_correlator.wording import step_words


class Attachment(BaseModel):
    """One step's span, and the rule, the key and the span that attached it."""

    trace_id: str
    span_id: str
    step: str = Field(examples=["invoice.posted"])
    outcome: str = Field(examples=["success"])
    happened: datetime
    rule: int = Field(
        description="1: it names the root; 2: it carries the transaction's key; 3: a link leads from what it names to "
        "the root; 4: its trace belongs to the transaction."
    )
    key: str = Field(description="What the rule went by.", examples=["invoice INV-1042"])
    carrier_trace_id: str | None = Field(description="The span that carried the link, where one did.")
    carrier_span_id: str | None
    correction: str | None = Field(description="The correction that added the link, where a person did.")
    text: str = Field(description="All of it in one sentence.")


def attachment(found: Mapping[str, Any], root: str) -> Attachment:
    """One row of `Reading.attachments`, of the transaction of `root` (type and id)."""
    rule = int(found["rule"])
    key = found["key"].replace(":", " ", 1)
    carrier = found["carrier_span_id"] or None
    correction = found.get("correction") or None
    return Attachment(
        trace_id=found["trace_id"],
        span_id=found["span_id"],
        step=found["step"],
        outcome=found["outcome"],
        happened=utc(found["happened"]),
        rule=rule,
        key=key,
        carrier_trace_id=found["carrier_trace_id"] or None,
        carrier_span_id=carrier,
        correction=correction,
        text=f"*{step_words(found['step'])}* ({found['outcome']}) belongs here: {_because(rule, key, root, carrier, correction)}.",
    )


def _because(rule: int, key: str, root: str, carrier: str | None, correction: str | None) -> str:
    by = f" (span {carrier} says so)" if carrier else f" (correction {correction} says so)" if correction else ""
    alias = "" if key == root else f", an alias of {root}"
    match rule:
        case 1:
            return f"its span names {key}{alias}"
        case 2:
            return f"its span carries the key of {key}{alias}"
        case 3:
            return f"its span names {key}, which is linked to the root{by}"
        case _ if carrier:
            return f"it happened beneath span {carrier} of the same trace, which belongs here"
        case _:
            return "its whole trace belongs here"
