"""What the SDK does instead of raising into the host: count the problem, and log it at most once a minute."""

import functools
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import ParamSpec, TypeVar

LOGGER = logging.getLogger("spanledger")
INTERVAL = 60.0
"""Seconds between two log lines about the same problem."""

P = ParamSpec("P")
R = TypeVar("R")


class Problems:
    """Counts problems by code, and logs each code at most once per `INTERVAL`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._logged: dict[str, tuple[float, int]] = {}
        self.after_fork()

    def after_fork(self) -> None:
        """A lock that another thread held at the fork would never be released in the child."""
        # Re-entrant: a signal handler may report while the interrupted code was reporting.
        self._lock = threading.RLock()

    def report(self, code: str, message: str, *args: object, count: int = 1, exc_info: bool = False) -> None:
        """Count `count` problems of a code, and log `message % args` if none of that code was logged lately."""
        now = self._clock()
        with self._lock:
            self._counts[code] += count
            total = self._counts[code]
            last, seen = self._logged.get(code, (-INTERVAL, 0))
            if now - last < INTERVAL:
                return
            self._logged[code] = (now, total)
        more = total - seen - count
        repeated = f", and {more} more since it was last logged" if more else ""
        LOGGER.warning("spanledger: %s [%s%s]", message % args, code, repeated, exc_info=exc_info)

    def counts(self) -> dict[str, int]:
        """How often each problem was reported in this process."""
        with self._lock:
            return dict(self._counts)


PROBLEMS = Problems()
os.register_at_fork(after_in_child=PROBLEMS.after_fork)


def report_unexpected(what: str) -> None:
    """Report the exception being handled as a fault of the SDK or of a value handed to it."""
    try:
        PROBLEMS.report("unexpected", "%s failed; the program goes on without it", what, exc_info=True)
    except Exception:  # noqa: BLE001 - the host's own log handler raised: nobody is left to tell, the host must go on
        return


def never_raises(fallback: Callable[[], R]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function so that any `Exception` is reported and `fallback()` is returned, wrong arguments included.

    `KeyboardInterrupt` and its like pass: they are the host's.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except Exception:  # noqa: BLE001 - the contract with the host: whatever fails here, its program goes on
                report_unexpected(f"{function.__name__}()")
                return fallback()

        return guarded

    return decorate


def nothing() -> None:
    """The fallback of a function that returns nothing."""
