"""What the log looks like: lines for people, or one object a line for machines."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_PROGRAM = """
import logging, sys
from spanledger_server import logs
logs.configure("info", sys.argv[1])
log = logging.getLogger("spanledger_collector.group_commit")
log.info("%d spans", 3)
log.debug("not shown")
logging.getLogger("uvicorn").info("not shown")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("broke")
"""


def printed(form: str) -> list[str]:
    """What a process logs in this form."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, form], capture_output=True, text=True, timeout=60, check=True
    )
    assert "not shown" not in done.stderr
    return done.stderr.splitlines()


def test_json_is_one_object_a_line() -> None:
    first, second = (json.loads(line) for line in printed("json"))
    assert first.keys() == {"time", "level", "logger", "thread", "message"}
    assert (first["level"], first["logger"]) == ("info", "spanledger_collector.group_commit")
    assert (first["thread"], first["message"]) == ("MainThread", "3 spans")
    assert first["time"].endswith("+00:00")
    assert "ZeroDivisionError" in second["exception"]


@pytest.mark.parametrize("form", ["text"])
def test_text_begins_with_the_time_in_utc(form: str) -> None:
    first = printed(form)[0]
    assert first[10] == "T"
    assert first.endswith("Z INFO spanledger_collector.group_commit: 3 spans")
