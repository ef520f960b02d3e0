"""What the process says: logs, one line a message on the standard error output, times in UTC."""

from __future__ import annotations

import logging
import time

READY = "is up after"
"""Stands in the line that a process prints once all of its ports are open and its parts run."""


def configure(level: str) -> None:
    """Log messages of `level` (debug, info, warning, error) and above; of libraries only warnings and above."""
    line = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    line.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(line)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    for ours in ("spanledger", "spanledger_store", "spanledger_collector", "spanledger_correlator", "spanledger_api"):
        logging.getLogger(ours).setLevel(level.upper())
