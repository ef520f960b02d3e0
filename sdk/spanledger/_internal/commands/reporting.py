"""What the commands say, and with which exit code they end."""

import os
import sys

from spanledger._internal.problems import PROBLEMS
from spanledger._internal.sending import starting
from spanledger._internal.settings import Settings

DONE = 0
FAILED = 1
SENSELESS = 2


def refused(command: str, error: Exception) -> int:
    """A command line that makes no sense."""
    say(command, str(error).removeprefix("configure(").replace("): it must", ": it must"))
    return SENSELESS


def say(command: str, text: str) -> None:
    """A line on the standard error output."""
    sys.stderr.write(f"spanledger {command}: {text}\n")


def report(command: str, settings: Settings, *, kept: bool) -> int:
    """Say what became of a span that is not stored; the exit code."""
    counts = PROBLEMS.counts()
    if counts.get("span_lost") or counts.get("span_rejected") or not kept:
        say(command, "the span is lost; the line above says why")
        return FAILED
    spool = starting.spool(settings)
    if spool is not None and any(f"-{os.getpid()}-" in one.path.name for one in spool.waiting()):
        say(command, f"the span waits in {spool.folder}; `spanledger flush` sends it on")
    return DONE
