"""How many requests a principal may make: a sliding window of ten seconds."""

from __future__ import annotations

import math
import time
from typing import Final

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from spanledger_api.problems import Refusal

WINDOW: Final = 10
"""Seconds."""
FAILURES: Final = RateLimitItemPerSecond(20, WINDOW)
"""Credentials that are none, from one address, before it is answered no more for a while."""


class Pace:
    """Counts requests in this process. `per_second` is the average over the window; with None nothing is limited."""

    def __init__(self, per_second: int | None) -> None:
        self._requests = RateLimitItemPerSecond(per_second * WINDOW, WINDOW) if per_second else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def request(self, principal_id: str) -> None:
        """Count a request. Raises Refusal `rate_limited`."""
        if self._requests is not None and not self._limiter.hit(self._requests, "request", principal_id):
            allowed = self._requests.amount // WINDOW
            raise self._refused(self._requests, "request", principal_id, f"More than {allowed} requests a second")

    def failure(self, address: str) -> None:
        """Count a credential that is none. Raises Refusal `rate_limited`."""
        if self._requests is not None and not self._limiter.hit(FAILURES, "failure", address):
            raise self._refused(FAILURES, "failure", address, "Too many credentials that are none")

    def _refused(self, item: RateLimitItemPerSecond, what: str, who: str, told: str) -> Refusal:
        after = max(1, math.ceil(self._limiter.get_window_stats(item, what, who).reset_time - time.time()))
        return Refusal(
            f"{told} came from you.",
            code="rate_limited",
            hint=f"Wait {after} s, then ask less often: one question with `limit`, or a file, replaces many.",
            headers={"Retry-After": str(after)},
        )
