"""Starts and stops the test server's process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[2]
USER, PASSWORD = "spanledger", "p@ss/word: with 'all' of it"


class RunningServer:
    """A ClickHouse server over a directory; it can be stopped and started again on the same port."""

    def __init__(self, directory: Path, session_timeout: float = 60) -> None:
        self._directory = directory
        self._session_timeout = session_timeout
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self) -> None:
        """Start it; it listens when this returns."""
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.store.clickhouse_process", self._directory, USER, PASSWORD),
                *(str(self.port), str(self._session_timeout)),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        """End it as a power failure would."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def dsn(self, database: str, password: str = PASSWORD) -> str:
        """The DSN of one of its databases."""
        return f"clickhouse://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"
