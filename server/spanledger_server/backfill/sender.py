"""Sends one request until it is taken: gzip, the token, and patience with a receiver that is busy or away."""

from __future__ import annotations

import random
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx2

from spanledger_server.backfill.endpoint import RETRYABLE, Answer, read_answer, refusal, retry_after, traces_url
from spanledger_server.backfill.errors import DeliveryFailed

TIMEOUT = 60.0
"""Seconds to wait for one answer; a commit under load takes seconds at most."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between tries where the receiver does not say, doubling, within a fifth."""
_GZIP = 16 + zlib.MAX_WBITS


class Sender:
    """A connection pool to one endpoint; threads share it.

    `patience` is how many seconds a request is tried again while the receiver is busy or away. An endpoint that has
    never answered fails at once: that is a wrong address, not a busy receiver.
    """

    def __init__(
        self,
        endpoint: str,
        token: str | None,
        *,
        connections: int,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = traces_url(endpoint)
        headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._client = httpx2.Client(headers=headers, timeout=TIMEOUT, limits=limits)
        self._patience = patience
        self._clock = clock
        self._answered = False
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        self._client.close()

    def stop(self) -> None:
        """Give up waiting: requests under way still finish, none is tried again."""
        self._stopped.set()

    def send(self, payload: bytes) -> Answer:
        """Send one request. Raises DeliveryFailed if it is refused for good, or not taken within the patience."""
        packed = _gzip(payload)
        started, pause = self._clock(), FIRST_PAUSE
        while True:
            try:
                response = self._client.post(self.url, content=packed)
            except httpx2.TransportError as error:
                problem, asked = f"cannot be reached: {str(error) or type(error).__name__}", None
                if not self._answered:
                    raise self._failed(
                        problem, "Is the collector running there? `spanledger up` starts one."
                    ) from error
            else:
                self._answered = True
                if response.status_code == httpx2.codes.OK:
                    return self._answer(response.content)
                if response.status_code not in RETRYABLE:
                    raise refusal(self.url, response.status_code, response.headers, response.content)
                problem, asked = (
                    f"is busy (HTTP {response.status_code})",
                    retry_after(response.headers, datetime.now(UTC)),
                )
            wait = asked if asked is not None else pause * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, no secret
            pause = min(2 * pause, LONGEST_PAUSE)
            if self._clock() + wait - started > self._patience:
                raise self._failed(f"{problem}, for {self._patience:.0f} s", "Run the same command again to resume.")
            if self._stopped.wait(wait):
                raise self._failed(problem, "Run the same command again to resume.")

    def _answer(self, body: bytes) -> Answer:
        try:
            return read_answer(body)
        except ValueError as error:
            raise self._failed(f"does not speak OTLP: {error}", "Give the collector's address, port 4318.") from error

    def _failed(self, problem: str, hint: str) -> DeliveryFailed:
        return DeliveryFailed(f"{self.url} {problem}.", hint=hint)


def _gzip(payload: bytes) -> bytes:
    """Level 1: twice as fast as the default for a tenth more bytes."""
    packer = zlib.compressobj(level=1, wbits=_GZIP)
    return packer.compress(payload) + packer.flush()
