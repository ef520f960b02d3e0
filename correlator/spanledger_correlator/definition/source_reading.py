"""A YAML document read into a declared source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from spanledger.attributes import IMPACTS
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.calendar_reading import read_week, read_zone
from spanledger_correlator.definition.durations import MINUTE_NS
from spanledger_correlator.definition.errors import did_you_mean
from spanledger_correlator.definition.model import Severity
from spanledger_correlator.definition.reading import never, read_moment, read_process_name
from spanledger_correlator.definition.rule_reading import SEVERITIES, read_duration, some
from spanledger_correlator.definition.source_model import Rhythm, SourceRule
from spanledger_correlator.definition.step_reading import read_name
from spanledger_correlator.definition.yaml_document import Entry

SOURCE: Final = (
    "source",
    "title",
    "effective_from",
    "every",
    "daily_by",
    "calendar",
    "days",
    "zone",
    "grace",
    "tenant",
    "system",
    "service",
    "step",
    "process",
    "owner",
    "severity",
    "impact",
)
"""The keys of a source; docs/sources.md explains each in a line."""
SOURCE_NEEDS: Final = ("source", "effective_from", "owner")

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def read_source(root: Entry, text: str, calendars: Mapping[str, Calendar]) -> SourceRule:
    """The source that a document states. Without meaning if a mistake was reported: the caller looks for those."""
    found = root.keyed("a source", SOURCE, needs=SOURCE_NEEDS)

    def words(key: str) -> tuple[str, ...]:
        return tuple(entry.text() for entry in some(found.get(key)))

    name = read_process_name(found["source"]) if "source" in found else ""
    if root.is_mapping and not any(key in found for key in ("system", "service", "step", "process")):
        root.fault("a source says nothing of whose spans it means", "Add `system:`, `service:`, `step:` or `process:`.")
    return SourceRule(
        name=name,
        title=found["title"].text() if "title" in found else name.replace("-", " ").capitalize(),
        effective_from=read_moment(found["effective_from"]) if "effective_from" in found else never(),
        rhythm=_read_rhythm(root, found, calendars),
        grace_ns=read_duration(found["grace"], zero=True) if "grace" in found else 0,
        owner=found["owner"].text() if "owner" in found else "",
        severity=cast("Severity", found["severity"].word("severity", SEVERITIES) if "severity" in found else "medium"),
        impact=found["impact"].word("impact", IMPACTS) if "impact" in found else "reporting",
        tenants=words("tenant"),
        systems=words("system"),
        services=words("service"),
        steps=tuple(read_name(entry) for entry in some(found.get("step"))),
        processes=words("process"),
        text=text,
        path=root.document.path,
    )


def read_days(found: Mapping[str, Entry], calendars: Mapping[str, Calendar]) -> Calendar:
    """The days of a `calendar`, or of `days` and `zone`; without any, every day of UTC."""
    if "calendar" not in found:
        return Calendar(
            name="",
            zone=(read_zone(found["zone"]) if "zone" in found else "") or "UTC",
            week=read_week(found["days"]) if "days" in found else tuple(range(7)),
        )
    for key in ("days", "zone"):
        if key in found:
            found[key].fault(f"the calendar says which {key} count", f"Take `{key}` out, or `calendar`.")
    name = found["calendar"].text()
    if name and name not in calendars:
        found["calendar"].fault(f"there is no calendar `{name}`", did_you_mean(name, sorted(calendars)))
    return calendars.get(name, Calendar("", "UTC"))


def _read_rhythm(root: Entry, found: dict[str, Entry], calendars: Mapping[str, Calendar]) -> Rhythm:
    if root.is_mapping and ("every" in found) == ("daily_by" in found):
        what = "a source reports `every` so often or `daily_by` a time of day, one of the two"
        (found.get("daily_by") or root).fault(what, 'Write `every: 1h`, or `daily_by: "06:00"`.')
    return Rhythm(
        calendar=read_days(found, calendars),
        every_ns=_read_every(found["every"]) if "every" in found else None,
        due_by=_read_clock(found["daily_by"]) if "daily_by" in found else None,
    )


def _read_every(entry: Entry) -> int:
    every = read_duration(entry)
    if 0 < every < MINUTE_NS:
        entry.fault("a rhythm of less than a minute is not watched", "Write `1m` or more.")
    return every


def _read_clock(entry: Entry) -> int:
    """Minutes from midnight."""
    written = entry.scalar()
    clock = _CLOCK.fullmatch(written)
    if clock:
        return int(clock[1]) * 60 + int(clock[2])
    if written:
        entry.fault(f"`{written}` is no time of day", 'Write "06:00", in quotes.')
    return 0
