"""The operation behind `spanledger rebuild`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from spanledger_correlator import branch
from spanledger_server.admin.operation import Premises, Progress

_COUNTS = """
SELECT (SELECT count() FROM transactions FINAL) AS transactions, (SELECT sum(Spans) FROM commits) AS spans
"""


def operate(premises: Premises, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Derive everything anew, or judge one `process` anew; returns how many transactions and spans, and the seconds."""
    began = time.monotonic()
    branch.recover(premises.store)
    process = arguments.get("process")
    if process:
        premises.correlator.rejudge(process, progress)
    else:
        premises.correlator.rebuild(progress)
    counts = premises.store.rows(_COUNTS)[0]
    return {**counts, "process": process, "seconds": round(time.monotonic() - began, 1)}
