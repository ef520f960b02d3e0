"""A YAML document read into a replay endpoint."""

from __future__ import annotations

import re
from typing import Final

from spanledger_correlator.definition.amounts import AmountTestError, parse_amount_test
from spanledger_correlator.definition.model import AmountTest
from spanledger_correlator.definition.reading import read_process_name
from spanledger_correlator.definition.replay_model import (
    LONGEST_TIMEOUT_NS,
    OUTCOME_WITHIN_NS,
    TIMEOUT_NS,
    ReplayRule,
)
from spanledger_correlator.definition.rule_reading import read_duration, some
from spanledger_correlator.definition.step_reading import read_name
from spanledger_correlator.definition.yaml_document import Entry

REPLAY: Final = (
    "replay",
    "title",
    "step",
    "process",
    "system",
    "service",
    "tenant",
    "url",
    "idempotent",
    "dry_run",
    "timeout",
    "outcome_within",
    "approval",
)
"""The keys of a replay endpoint; docs/replays.md explains each in a line."""
REPLAY_NEEDS: Final = ("replay", "step", "url")

_URL: Final = re.compile(r"(https://|http://(127\.0\.0\.1|\[::1\]|localhost)(?=[:/]))[^\s#@]+\Z")
"""In clear only to this machine: what is sent starts work in a financial system."""


def read_replay(root: Entry, text: str) -> ReplayRule:
    """The endpoint that a document states. Without meaning if a mistake was reported: the caller looks for those."""
    found = root.keyed("a replay endpoint", REPLAY, needs=REPLAY_NEEDS)

    def words(key: str) -> tuple[str, ...]:
        return tuple(entry.text() for entry in some(found.get(key)))

    def flag(key: str) -> bool:
        return found[key].flag() if key in found else False

    name = read_process_name(found["replay"]) if "replay" in found else ""
    return ReplayRule(
        name=name,
        title=found["title"].text() if "title" in found else name.replace("-", " ").capitalize(),
        steps=tuple(read_name(entry) for entry in some(found.get("step"))),
        processes=words("process"),
        systems=words("system"),
        services=words("service"),
        tenants=words("tenant"),
        url=_read_url(found["url"]) if "url" in found else "",
        idempotent=flag("idempotent"),
        dry_run=flag("dry_run"),
        timeout_ns=_read_timeout(found["timeout"]) if "timeout" in found else TIMEOUT_NS,
        outcome_within_ns=read_duration(found["outcome_within"]) if "outcome_within" in found else OUTCOME_WITHIN_NS,
        approval=_read_approval(found["approval"]) if "approval" in found else None,
        text=text,
        path=root.document.path,
    )


def _read_url(entry: Entry) -> str:
    url = entry.text()
    if url and not _URL.match(url):
        entry.fault(
            f"`{url[:80]}` is no address that an order may be sent to",
            "Write https://host/path, without user and fragment; http:// is for this machine alone.",
        )
    return url


def _read_timeout(entry: Entry) -> int:
    timeout = read_duration(entry)
    if timeout > LONGEST_TIMEOUT_NS:
        entry.fault("somebody waits for the endpoint's answer", "Write `60s` or less; the work itself may take longer.")
    return timeout


def _read_approval(entry: Entry) -> AmountTest | None:
    written = entry.text()
    try:
        test = parse_amount_test(written)
    except AmountTestError as error:
        entry.fault(str(error), error.hint)
        return None
    if test.operator in {"<", "<="}:
        entry.fault("small amounts would need approval and large ones none", f"Write `> {test.value} {test.currency}`.")
    return test
