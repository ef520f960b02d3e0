"""The verdicts of transactions whose keys are known."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from spanledger_api import verdict
from spanledger_api.inquiry import Inquiry


def rows_by_key(inquiry: Inquiry, keys: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    """The rows of these (process, root id) that exist at the clock, with `verdict.COLUMNS` and Related; in no order."""
    if not keys:
        return []
    sql = f"SELECT {verdict.COLUMNS}, Related FROM verdicts {_OF_THESE}"  # noqa: S608 - this package's columns; the values are bound
    return inquiry.verdicts(sql, _bound(keys))


def seen_of(inquiry: Inquiry, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the keys that exist at the clock and that the principal sees."""
    if not keys:
        return set()
    rows = inquiry.verdicts(f"SELECT Process, RootId FROM verdicts {_OF_THESE}", _bound(keys))  # noqa: S608 - as above
    return {(row["Process"], row["RootId"]) for row in rows}


_OF_THESE = """
    WHERE Process IN {q_processes:Array(String)} AND RootId IN {q_roots:Array(String)}
        AND has({q_keys:Array(Tuple(String, String))}, (Process, RootId))
"""


def _bound(keys: Collection[tuple[str, str]]) -> dict[str, Any]:
    return {
        "q_processes": sorted({process for process, _ in keys}),
        "q_roots": sorted({root for _, root in keys}),
        "q_keys": sorted(keys),
    }
