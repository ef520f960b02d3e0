"""`spanledger up` in a process of its own, over a directory that is emptied first."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from spanledger_server.logs import READY
from spanledger_server.settings import PREFIX, Settings
from spanledger_server.simulate.plan import PLAYED
from spanledger_store import SettingInvalid, SpanledgerError, ownership

_READY_WITHIN_SECONDS = 60.0
_STOP_WITHIN_SECONDS = 12.0
_LOG = "spanledger.log"
_REFUSAL = "spanledger: "


class PlatformFailed(SpanledgerError):
    """`spanledger up` did not start, or ended before it was told to."""

    code = "platform_failed"


@dataclass(frozen=True)
class Platform:
    """A running platform: its process, where its API is, and the file that holds what it printed."""

    process: subprocess.Popen[bytes]
    api: str
    log: Path

    def check(self) -> None:
        """Raise PlatformFailed, with the platform's own last words, if it has ended."""
        code = self.process.poll()
        if code is not None:
            words = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if words and words[-1].startswith(_REFUSAL):
                raise PlatformFailed(words[-1].removeprefix(_REFUSAL))
            raise PlatformFailed(f"The platform ended with exit code {code}.", hint=f"See {self.log}.")


@contextmanager
def platform(settings: Settings, folder: Path) -> Iterator[Platform]:
    """A platform over an empty store in `folder`, ready to answer, stopped in the end.

    Raises:
        SettingInvalid: the folder holds something that is not a demonstration's.
        StoreBusy: another demonstration runs in it.
        PlatformFailed: it did not start.
    """
    data = empty(folder) / "data"
    log = folder / _LOG
    settings_of_its_own = {
        f"{PREFIX}DSN": f"chdb://{data}",
        f"{PREFIX}API_ADDRESS": str(settings.api_address),
        f"{PREFIX}CLICKHOUSE_ADDRESS": str(settings.clickhouse_address),
        f"{PREFIX}OTLP_HTTP_ADDRESS": str(settings.otlp_http_address),
        f"{PREFIX}OTLP_GRPC_ADDRESS": str(settings.otlp_grpc_address),
        f"{PREFIX}MONITORING_ADDRESS": str(settings.monitoring_address),
        # It listens where its simulation sends: in clear.
        f"{PREFIX}OTLP_TLS_CERTIFICATE": "",
        f"{PREFIX}OTLP_TLS_KEY": "",
        f"{PREFIX}OTLP_TLS_CLIENT_AUTHORITY": "",
        # The firm plays these; the rest of the pack would wait for what never comes.
        f"{PREFIX}PACK": ",".join(PLAYED),
        f"{PREFIX}API_TOKENS": "",
        f"{PREFIX}INGEST_TOKENS": "",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "spanledger_server", "up"],
            env={**os.environ, **settings_of_its_own},
            stdout=out,
            stderr=subprocess.STDOUT,
            # Ctrl-C in the terminal is for the demonstration, which then stops the platform in good order.
            start_new_session=True,
        )
    running = Platform(process, f"http://{settings.api_address}", log)
    try:
        _wait_until_ready(running)
        yield running
    finally:
        _stop(process)


def empty(folder: Path) -> Path:
    """Empty a demonstration's folder, or make it.

    Raises:
        SettingInvalid: it holds something that no demonstration made.
        StoreBusy: a demonstration runs in it.
    """
    folder = folder.resolve()
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _LOG).exists():
        raise SettingInvalid(
            f"{folder} is not empty and holds no earlier demonstration.", hint="Name another with --folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _LOG).touch()
    data = folder / "data"
    ownership.own(data)
    try:
        shutil.rmtree(data)
    finally:
        ownership.disown(data)
    return folder


def _wait_until_ready(running: Platform) -> None:
    """Wait for its own greeting: an answer on its port might come from another platform, and is not asked for before."""
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while READY not in running.log.read_text(encoding="utf-8", errors="replace"):
        running.check()
        if time.monotonic() > deadline:
            raise PlatformFailed(f"It was not ready after {_READY_WITHIN_SECONDS:g} s.", hint=f"See {running.log}.")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
