"""A process of its own that opens an embedded store, says so, and holds it until its standard input closes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sys
from spanledger_store import SpanledgerError, Store
try:
    store = Store.open(sys.argv[1])
except SpanledgerError as error:
    print(f"{error.code}|{error.retryable}|{error}", flush=True)
    sys.exit(1)
with store:
    store.command("CREATE TABLE IF NOT EXISTS kept (Number UInt32) ENGINE = MergeTree ORDER BY Number")
    store.insert("kept", [[7]], ["Number"])
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def owner(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that owns the directory's store; ended afterwards if it still runs."""
    process = start(directory)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.communicate()


def start(directory: Path) -> subprocess.Popen[str]:
    """The process, not waited for."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, f"chdb://{directory}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answer(directory: Path) -> str:
    """What a process says that tries to open the directory's store and ends at once."""
    return start(directory).communicate()[0].strip()


def run(program: str, *arguments: object) -> str:
    """Run a program in a Python process of its own and return what it printed; it must end well."""
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
