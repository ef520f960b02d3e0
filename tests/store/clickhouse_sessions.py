"""The engine behind the test server: a chDB handle for each session, and what a session remembers."""

from __future__ import annotations

import re
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import chdb

from tests.store.clickhouse_request import Asked, Refused

_CODE = re.compile(r"Code: (\d+)\.")


class _Session:
    """One handle, whose database and settings are set anew only where a request differs from the one before."""

    def __init__(self, directory: str) -> None:
        self._connection: Any = chdb.connect(directory)
        self._database = ""
        self._settings: dict[str, str] = {}
        self.lock = threading.Lock()
        self.free_at = 0.0

    def answer(self, question: Asked) -> bytes:
        if self._database != question.database:
            self._run(f"USE `{question.database}`")
            self._database = question.database
        for name in self._settings.keys() - question.settings.keys():
            self._run(f"SET {name} = DEFAULT")
            del self._settings[name]
        for name, value in question.settings.items():
            if self._settings.get(name) != value:
                self._run(f"SET {name} = {_quoted(value)}")
                self._settings[name] = value
        if question.insert is None:
            return self._run(question.statement, question.bound)
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(question.insert.data)
            into = f"INSERT INTO {question.insert.table} {question.insert.columns}"
            return self._run(f"{into} FROM INFILE {_quoted(file.name)} FORMAT {question.insert.input_format}")

    def close(self) -> None:
        self._connection.close()

    def _run(self, statement: str | bytes, bound: dict[str, str] | None = None) -> bytes:
        try:
            return bytes(self._connection.query(statement, "TabSeparated", params=bound or {}).bytes() or b"")
        except RuntimeError as error:
            message = str(error)
            code = _CODE.search(message)
            raise Refused(int(code[1]) if code else 1002, message[code.start() if code else 0 :]) from error


class Sessions:
    """Every session of the server; a session that is idle for its timeout is forgotten with its temporary tables."""

    def __init__(self, directory: str, timeout: float) -> None:
        self._directory = directory
        self._timeout = timeout
        self._guard = threading.Lock()
        self._sessions: dict[str, _Session] = {}
        self._first = _Session(directory)  # keeps the engine running between sessions

    def answer(self, question: Asked) -> bytes:
        """Run one statement and return its result.

        Raises:
            Refused: the engine refused it, or its session is at work on another one.
        """
        if not question.session:
            session = _Session(self._directory)
            try:
                return session.answer(question)
            finally:
                session.close()
        session = self._taken(question.session)
        try:
            return session.answer(question)
        finally:
            session.free_at = time.monotonic() + (question.session_timeout or self._timeout)
            session.lock.release()

    def _taken(self, name: str) -> _Session:
        with self._guard:
            now = time.monotonic()
            for idle in [key for key, one in self._sessions.items() if one.free_at < now and not one.lock.locked()]:
                self._sessions.pop(idle).close()
            session = self._sessions.get(name) or _Session(self._directory)
            session.free_at = now + self._timeout
            self._sessions[name] = session
            if not session.lock.acquire(blocking=False):
                raise Refused.named(373, "SESSION_IS_LOCKED", f"Session {name} is locked by a concurrent client.")
            return session


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
