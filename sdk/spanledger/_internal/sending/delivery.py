"""A batch of spans to the collector, or to the disk while the collector is away. Used by one thread at a time."""

import enum
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

from google.protobuf.message import DecodeError
from opentelemetry.sdk.resources import Resource

from spanledger._internal.finished import Finished
from spanledger._internal.problems import PROBLEMS
from spanledger._internal.sending import encoding
from spanledger._internal.sending.answers import Answer, Later, Refused, Taken, TooLarge, Transport
from spanledger._internal.sending.spool import Held, Spool

LARGEST_REQUEST: Final = 4 * 1024 * 1024
"""Bytes of one request; what is larger is sent in halves."""
_SENT_ON_TOGETHER: Final = 1024 * 1024
"""Bytes of waiting requests that go on as one: each costs the collector a commit."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_LONGEST_ASKED: Final = 3600.0
"""Seconds: the longest that a collector may ask to be left alone."""


class Fate(enum.IntEnum):
    """What became of a batch, from the best to the worst."""

    STORED = 0
    SPOOLED = 1
    HELD = 2
    """Nobody has it: it must be brought again."""
    LOST = 3


class Delivery:
    """Brings spans away. What is lost, by whomever's fault, is counted in `lost` and reported."""

    def __init__(
        self,
        build_transport: Callable[[], Transport],
        sent_by: Resource,
        spool: Spool | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` in seconds."""
        self._build_transport = build_transport
        self._transport: Transport | None = None
        self._sent_by = sent_by
        self._spool = spool
        self._clock = clock
        # One of its own: the host's `random` is the host's.
        self._jitter = random.Random()  # noqa: S311 - it spreads retries
        self._failures = 0
        self._next_attempt = 0.0
        self._spooled = spool is not None
        """Whether something may wait in the spool: at first, what an earlier process has left."""
        self.lost = 0

    @property
    def away(self) -> bool:
        """Whether the collector did not take the last request."""
        return self._failures > 0

    @property
    def keeps(self) -> bool:
        """Whether what the collector does not take is kept on the disk."""
        return self._spool is not None

    @property
    def pause(self) -> float | None:
        """Seconds until something should be tried again; None if nothing waits for that."""
        if not (self._spooled or self.away):
            return None
        return max(self._next_attempt - self._clock(), 0.0)

    def deliver(self, batch: Sequence[Finished]) -> Fate:
        """Bring a batch to the collector, or while that is away to the spool."""
        body = encoding.request(batch, self._sent_by)
        fate = Fate.HELD if self.pause and self.away else self._send(body, len(batch))
        return self._keep(body, len(batch)) if fate is Fate.HELD else fate

    def keep(self, batch: Sequence[Finished]) -> Fate:
        """Put a batch into the spool without asking the collector."""
        return self._keep(encoding.request(batch, self._sent_by), len(batch))

    def resend(self) -> bool:
        """Send the oldest requests of the spool that nobody else is sending; False where there is no more to do now."""
        if self._spool is None or not self._spooled or self.pause:
            return False
        with self._spool.hold(_SENT_ON_TOGETHER) as held:
            whole = [one for one in held if self._is_whole(one)]
            # Requests one behind the other are one request: so protobuf defines it.
            body, spans = b"".join(one.body for one in whole), sum(one.spans for one in whole)
            if whole and self._send(body, spans) is Fate.HELD:
                return False
        # Where another process finds one of them now, it is sent twice and counted once.
        for one in held:
            self._spool.remove(one.path)
        self._spooled = bool(held)
        return self._spooled

    def _is_whole(self, one: Held) -> bool:
        """Whether a waiting request can be read; a damaged one would spoil those that it is sent with."""
        try:
            encoding.spans_in(one.body)
        except DecodeError:
            self._lose(one.spans, "span_lost", "%s spans in %s cannot be read any more", one.path)
            return False
        return True

    def hurry(self) -> None:
        """The end is near: what nobody keeps is tried once more, at once."""
        if self._spool is None:
            self._next_attempt = 0.0

    def close(self) -> None:
        """Close the connections."""
        if self._transport is not None:
            self._transport.close()

    def _send(self, body: bytes, spans: int) -> Fate:
        """HELD where the collector may take it later."""
        if len(body) > LARGEST_REQUEST and (parts := encoding.halves(body)):
            return self._send_parts(parts)
        if self._transport is None:
            self._transport = self._build_transport()
        return self._judged(self._transport.send(body), body, spans)

    def _judged(self, answer: Answer, body: bytes, spans: int) -> Fate:
        match answer:
            case Taken(rejected, words):
                self._failures = 0
                if not rejected:
                    return Fate.STORED
                return self._lose(rejected, "span_rejected", "the collector rejected %s of %s spans: %s", spans, words)
            case Later(words, after):
                self._rest(after)
                PROBLEMS.report("collector_away", "%s; trying again in %.0f s", words, self.pause or 0.0)
                return Fate.HELD
            case TooLarge(words):
                if parts := encoding.halves(body):
                    return self._send_parts(parts)
                return self._lose(spans, "span_lost", "%s span is too large by itself: %s", words)
            case Refused(words):
                return self._lose(spans, "span_lost", "%s spans are refused for good: %s", words)

    def _send_parts(self, parts: tuple[bytes, bytes]) -> Fate:
        """A part that is held holds the whole: what is sent twice counts once."""
        fates = [self._send(part, encoding.spans_in(part)) for part in parts]
        return Fate.HELD if Fate.HELD in fates else max(fates)

    def _rest(self, after: float | None) -> None:
        """Leave the collector alone for as long as it asks, else longer with each failure, never at the same time as others."""
        self._failures += 1
        pause = min(_FIRST_PAUSE * 2 ** min(self._failures - 1, 10), _LONGEST_PAUSE)
        if after is not None:
            pause = max(min(after, _LONGEST_ASKED), _FIRST_PAUSE)
        self._next_attempt = self._clock() + pause * self._jitter.uniform(1.0, 1.25)

    def _keep(self, body: bytes, spans: int) -> Fate:
        if self._spool is None:
            return Fate.HELD
        try:
            dropped = self._spool.put(body, spans)
        except OSError as error:
            PROBLEMS.report("spool", "spans cannot be kept in %s: %s; they wait in memory", self._spool.folder, error)
            return Fate.HELD
        self._spooled = True
        if dropped:
            self._lose(dropped, "span_lost", "%s spans, the oldest, made room in the spool %s", self._spool.folder)
        return Fate.SPOOLED

    def _lose(self, spans: int, code: str, message: str, *told: object) -> Fate:
        self.lost += spans
        PROBLEMS.report(code, message, spans, *told, count=spans)
        return Fate.LOST
