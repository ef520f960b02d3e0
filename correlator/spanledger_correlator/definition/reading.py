"""A YAML document read into a process definition, key by key; what the keys say of each other is checked afterwards."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from spanledger.attributes import IMPACTS, Impact
from spanledger_correlator.definition import keys
from spanledger_correlator.definition.durations import MINUTE_NS, Budget
from spanledger_correlator.definition.model import OBJECTIVE, Pause, ProcessDefinition, Sla, Tier
from spanledger_correlator.definition.rule_reading import (
    read_budget,
    read_conditions,
    read_duration,
    read_owner,
    read_severity,
)
from spanledger_correlator.definition.step_reading import read_entity_type, read_name, read_step
from spanledger_correlator.definition.yaml_document import Entry

AT_RISK_AT = Decimal("0.8")
SKEW_NS = 5 * MINUTE_NS
"""How far the clocks of two systems may differ before one happened before the other, unless a definition says."""
YEARS = range(1900, 2262)
"""What the store's 64-bit nanoseconds can hold."""

_PROCESS_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)\s*%")


def read_process(root: Entry, text: str) -> ProcessDefinition:
    """The definition that a document states. Without meaning if a mistake was reported: the caller looks for those."""
    found = root.keyed("a process", keys.PROCESS, needs=keys.PROCESS_NEEDS, not_yet=keys.NOT_YET)

    def entries(key: str) -> list[Entry]:
        return found[key].items() if key in found else []

    process = read_process_name(found["process"]) if "process" in found else ""
    return ProcessDefinition(
        process=process,
        version=_read_version(found["version"]) if "version" in found else 0,
        effective_from=read_moment(found["effective_from"]) if "effective_from" in found else never(),
        title=found["title"].text() if "title" in found else process.replace("-", " ").capitalize(),
        impact=cast("Impact", found["impact"].word("impact", IMPACTS) if "impact" in found else ""),
        entity=read_entity_type(found["entity"]) if "entity" in found else "",
        joined_by=tuple(read_entity_type(entry) for entry in entries("joined_by")),
        relates_to=tuple(read_entity_type(entry) for entry in entries("relates_to")),
        ignore_ids=_read_ignored(found["ignore_ids"]) if "ignore_ids" in found else {},
        skew_ns=read_duration(found["skew"], zero=True) if "skew" in found else SKEW_NS,
        owners=tuple(owner for entry in entries("owners") if (owner := read_owner(entry))),
        amount_from=found["amount_from"].text() if "amount_from" in found else "",
        steps=tuple(read_step(entry) for entry in entries("steps")),
        cancelled_by=tuple(read_name(entry) for entry in entries("cancelled_by")),
        failed_by=tuple(read_name(entry) for entry in entries("failed_by")),
        sla=_read_sla(found["sla"]) if "sla" in found else None,
        severity=tuple(rule for entry in entries("severity") if (rule := read_severity(entry))),
        text=text,
        path=root.document.path,
        calendar=found["calendar"].text() if "calendar" in found else "",
        pauses=tuple(_read_pause(entry) for entry in entries("pauses")),
    )


def read_process_name(entry: Entry) -> str:
    """The name of a process, or of another thing that has a file of its own."""
    name = entry.text()
    if name and not _PROCESS_NAME.fullmatch(name):
        entry.fault(f"`{name}` is no process name", "Write small letters, digits and dashes: `invoice-to-cash`.")
    return name


def _read_version(entry: Entry) -> int:
    version = entry.scalar()
    if _VERSION.fullmatch(version):
        return int(version)
    if version:
        entry.fault(f"`{version}` is no version", "Write a whole number from 1 on.")
    return 0


def never() -> datetime:
    """The moment of what does not take effect."""
    return datetime.max.replace(tzinfo=UTC)


def read_moment(entry: Entry) -> datetime:
    """A date (from its first moment in UTC on), or a moment with its offset."""
    written = entry.scalar()
    if not written:
        return never()
    try:
        moment = datetime.fromisoformat(written) if _DATE.fullmatch(written) else None
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        entry.fault(f"`{written}` is no date", "Write `2026-10-01`, or `2026-10-01T06:00:00Z`.")
        return never()
    if len(written) == len("2026-10-01"):
        return moment.replace(tzinfo=UTC)
    if moment.tzinfo is None:
        entry.fault(f"`{written}` has no offset from UTC", f"Write `{written}Z` if that is UTC.")
        return never()
    return moment.astimezone(UTC)


def _read_ignored(entry: Entry) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(item.text(empty=True) for item in ids.items()) for kind, ids in entry.mapping().items()}


def _read_sla(entry: Entry) -> Sla:
    found = entry.keyed("an SLA", keys.SLA, needs=keys.SLA_NEEDS, not_yet=keys.NOT_YET)
    return Sla(
        target=read_budget(found["target"]) if "target" in found else Budget(),
        at_risk_at=_read_share(found["at_risk_at"]) if "at_risk_at" in found else AT_RISK_AT,
        objective=_read_objective(found["objective"]) if "objective" in found else OBJECTIVE,
        tiers=tuple(_read_tier(tier) for tier in found["tiers"].items()) if "tiers" in found else (),
    )


def _read_objective(entry: Entry) -> Decimal:
    objective = _read_share(entry)
    if objective == 1:
        entry.fault("an objective of all leaves nothing that may be late", "Write less than 100%: `99%`.")
    return objective


def _read_tier(entry: Entry) -> Tier:
    found = entry.keyed("a tier", keys.TIER, needs=keys.TIER_NEEDS)
    return Tier(
        conditions=read_conditions(found["when"]) if "when" in found else (),
        budget=read_budget(found["target"]) if "target" in found else Budget(),
        name=found["tier"].text() if "tier" in found else "",
    )


def _read_pause(entry: Entry) -> Pause:
    found = entry.keyed("a pause", keys.PAUSE, needs=keys.PAUSE)
    return Pause(
        start=read_name(found["from"]) if "from" in found else "",
        end=read_name(found["until"]) if "until" in found else "",
    )


def _read_share(entry: Entry) -> Decimal:
    written = entry.scalar()
    percent = _PERCENT.fullmatch(written)
    share = Decimal(percent[1]) / 100 if percent else Decimal(0)
    if written and not 0 < share <= 1:
        entry.fault(f"`{written}` is no share of the target", "Write per cent, above 0 and up to 100: `80%`.")
    return share
