"""The operation behind `spanledger backtest`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from spanledger_api.money import plain
from spanledger_correlator import calendars
from spanledger_correlator.backtest import CHANGES, Change, Trial, backtest
from spanledger_correlator.definition.loading import parse_definition
from spanledger_correlator.definition.model import Definitions
from spanledger_server.admin.operation import Premises, Progress


def operate(premises: Premises, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Try the definition `text` for `tenant` over the time from `since` to `until` (RFC 3339).

    The result is that of `backtest`, with money as decimals in strings.
    """
    changed = parse_definition(arguments["text"], arguments["path"], premises.definitions.calendars)
    # A calendar that nothing in force counts by has no rows yet.
    calendars.record(premises.store, Definitions([changed], premises.definitions.calendars.values()))
    ruling = premises.correlator.ruling
    current = next((one for one in ruling if one.process == changed.process), None)
    since, until = (datetime.fromisoformat(arguments[name]) for name in ("since", "until"))
    outcome = backtest(premises.store, Trial(ruling, changed, arguments["tenant"], since, until), progress)
    return {
        "process": changed.process,
        "current_version": current.version if current else None,
        "changed_version": changed.version,
        "tenant": arguments["tenant"],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "worse": outcome.worse,
        "in_all": {change: told(outcome.in_all[change], changed.process) for change in CHANGES},
        "moments": [
            {"at": at.isoformat(), **{change: told(found[change]) for change in CHANGES}}
            for at, found in outcome.moments.items()
        ],
    }


def told(change: Change, process: str = "") -> dict[str, Any]:
    """What becomes something, as JSON: money as decimals in strings by currency; with `process`, some keys as examples."""
    money = {currency: plain(amount) for currency, amount in sorted(change.money.items())}
    told: dict[str, Any] = {"transactions": change.transactions, "money": money}
    return told | {"examples": [f"{process}/{root}" for root in change.examples]} if process else told
