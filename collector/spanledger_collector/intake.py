"""What both protocols do with a request: whose it is, whether there is room for it, and what becomes of its body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from spanledger_collector.decompression import decompressed
from spanledger_collector.door import checked_protobuf
from spanledger_collector.events import events
from spanledger_collector.group_commit import GroupCommit
from spanledger_collector.in_flight import InFlight, Share
from spanledger_collector.json_door import checked_json
from spanledger_collector.measures import Measures
from spanledger_collector.refusals import Malformed, Refused
from spanledger_collector.responses import Encoding, Outcome, Signal
from spanledger_collector.tenancy import Tenancy

_CHECKS = {"protobuf": checked_protobuf, "json": checked_json}
_SMALL = 64 * 1024
_T = TypeVar("_T")


class Intake:
    """Called from the event loops of both servers; works on large bodies in threads, so that no loop stalls."""

    def __init__(
        self,
        commits: GroupCommit,
        checkers: ThreadPoolExecutor,
        tenancy: Tenancy,
        in_flight: InFlight,
        measures: Measures,
    ) -> None:
        self.commits = commits
        self.checkers = checkers
        self.tenancy = tenancy
        self.in_flight = in_flight
        self.measures = measures

    def reception(self) -> Reception:
        """For one request: a `with` block around all that is done with it."""
        return Reception(self)


class Reception:
    """One request from its head to its answer. Leaving it gives its bytes back, and counts the refusal if it is one."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._tenant = ""
        self._share: Share | None = None

    def identify(self, authorization: str) -> None:
        """Find out whose request it is.

        Raises:
            Unauthenticated: nobody's.
        """
        self._tenant = self._intake.tenancy.tenant(authorization)
        self._share = self._intake.in_flight.share(self._tenant)

    def hold(self, count: int) -> None:
        """Make room for `count` more bytes of it.

        Raises:
            Overloaded: there is none.
        """
        if self._share is None:
            raise RuntimeError("A request is identified before it is given room.")
        self._share.add(count)

    async def unpacked(self, body: bytes, content_encoding: str, limit: int) -> bytes:
        """The content of a body that is held.

        Raises:
            TooLarge, Malformed: see `decompressed`.
            Overloaded: there is no room for the content.
        """
        loop = asyncio.get_running_loop()
        content = await loop.run_in_executor(self._intake.checkers, decompressed, body, content_encoding, limit)
        self.hold(max(0, len(content) - len(body)))
        return content

    async def take(self, signal: Signal, encoding: Encoding, body: bytes) -> Outcome:
        """Commit it; returns once its spans would survive a loss of power.

        Raises:
            Refused: with the answer to give.
        """
        self._intake.measures.received(self._tenant, signal, len(body))
        if signal == "logs":
            found = await self._in_thread_if_large(events, body, encoding)
            return self._with_others(await self._commit(encoding, found.request), found.others)
        return await self._commit(encoding, body)

    async def _commit(self, encoding: Encoding, body: bytes) -> Outcome:
        checked = await self._in_thread_if_large(_CHECKS[encoding], body)
        if not checked.spans:
            return Outcome()
        outcome = await asyncio.wrap_future(self._intake.commits.submit(self._tenant, checked))
        self._intake.measures.answered(self._tenant, checked.spans - outcome.rejected, outcome)
        if outcome.rejected == checked.spans:
            raise Malformed(f"No span of the request has a valid identity. {outcome.message} {_LOGS_HINT}")
        return outcome

    def _with_others(self, outcome: Outcome, others: int) -> Outcome:
        if not others:
            return outcome
        told = f"{others} log records carry no business. attribute and were not stored: only business events are kept here."
        passed_over = Outcome(told, {"no_business_event": others})
        self._intake.measures.answered(self._tenant, 0, passed_over)
        return Outcome(f"{outcome.message} {told}".strip(), {**outcome.reasons, **passed_over.reasons})

    async def _in_thread_if_large(self, work: Callable[..., _T], body: bytes, *more: Encoding) -> _T:
        if len(body) < _SMALL:
            return work(body, *more)
        return await asyncio.get_running_loop().run_in_executor(self._intake.checkers, work, body, *more)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._share is not None:
            self._share.give_back()
        if isinstance(error, Refused):
            self._intake.measures.refused(self._tenant, error)


_LOGS_HINT = "Logs that are posted to the traces path look like this: check the exporter's endpoint."
