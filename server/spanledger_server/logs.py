"""What the process says: logs, one line a message on the standard error output, times in UTC."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

READY = "is up after"
"""Stands in the line that a process prints once all of its ports are open and its parts run."""


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(level: str, form: str = "text") -> None:
    """Log messages of `level` (debug, info, warning, error) and above; of libraries only warnings and above.

    `form` is text or json.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    for ours in ("spanledger", "spanledger_store", "spanledger_collector", "spanledger_correlator", "spanledger_api"):
        logging.getLogger(ours).setLevel(level.upper())
