"""How long a server process lives: until SIGINT or SIGTERM, and then at most ten seconds longer."""

from __future__ import annotations

import logging
import os
import queue
import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

# systemd and Kubernetes wait 90 s and 30 s before they kill; ten leaves room for both.
STOP_WITHIN_SECONDS = 10.0

_log = logging.getLogger("spanledger")


class Lifetime:
    """Waits for a stop signal or the failure of a part, and ends the process if stopping then takes too long.

    A thread that ends with an exception is such a failure: a collector without its correlator would look healthy.
    Make it in the main thread: Python hands signals to that one only. Leaving it puts the former handlers back.
    A second signal ends the process at once.
    """

    def __init__(self, stop_within_seconds: float = STOP_WITHIN_SECONDS) -> None:
        # A SimpleQueue, because a signal handler may put into it at any moment; an Event's lock is not re-entrant.
        self._ends: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._stop_within_seconds = stop_within_seconds
        self._signalled = False
        self._watchdog: threading.Timer | None = None
        self._former: dict[signal.Signals, Any] = {}
        self._former_hook = threading.excepthook

    def wait(self) -> str | None:
        """Return when the lifetime is over: what failed, or None after a signal."""
        failure = self._ends.get()
        self._watchdog = threading.Timer(self._stop_within_seconds, self._give_up)
        self._watchdog.daemon = True
        self._watchdog.start()
        return failure

    def fail(self, failure: str) -> None:
        """End the lifetime because a part of the process broke; callable from any thread."""
        self._ends.put(failure)

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._former[number] = signal.signal(number, self._on_signal)
        self._former_hook, threading.excepthook = threading.excepthook, self._on_broken_thread
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
        for number, handler in self._former.items():
            signal.signal(number, handler)
        threading.excepthook = self._former_hook

    def _on_broken_thread(self, broken: threading.ExceptHookArgs) -> None:
        name = broken.thread.name if broken.thread else "a thread"
        _log.critical("%s broke", name, exc_info=broken.exc_value)
        self.fail(f"{name} broke: {broken.exc_type.__name__}: {broken.exc_value}. The log has its traceback.")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._signalled:
            _end_now("stopped at once, as asked twice")
        self._signalled = True
        self._ends.put(None)

    def _give_up(self) -> None:
        _end_now(f"stopping took longer than {self._stop_within_seconds:g} s; the process ends now")


def _end_now(why: str) -> None:
    # os.write and os._exit: a signal handler may interrupt the buffered stream's own lock.
    os.write(2, f"spanledger: {why}. What was acknowledged is stored.\n".encode())
    os._exit(1)
