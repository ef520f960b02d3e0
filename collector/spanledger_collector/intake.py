"""What both protocols do with a body: check it, commit it with its group, and say what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from spanledger_collector.door import checked_protobuf
from spanledger_collector.events import events
from spanledger_collector.group_commit import GroupCommit
from spanledger_collector.json_door import checked_json
from spanledger_collector.measures import Measures
from spanledger_collector.refusals import Malformed
from spanledger_collector.responses import Encoding, Outcome, Signal

_CHECKS = {"protobuf": checked_protobuf, "json": checked_json}
_SMALL = 64 * 1024
_T = TypeVar("_T")


class Intake:
    """Called from the event loops of both servers; checks large bodies in threads, so that no loop stalls."""

    def __init__(self, commits: GroupCommit, checkers: ThreadPoolExecutor, measures: Measures) -> None:
        self._commits = commits
        self._checkers = checkers
        self._measures = measures

    async def take(self, signal: Signal, tenant: str, encoding: Encoding, body: bytes) -> Outcome:
        """Commit one request; returns once its spans would survive a loss of power.

        Raises:
            Refused: with the answer to give.
        """
        self._measures.received(tenant, signal, len(body))
        if signal == "logs":
            found = await self._in_thread_if_large(events, body, encoding)
            return self._with_others(tenant, await self._commit(tenant, encoding, found.request), found.others)
        return await self._commit(tenant, encoding, body)

    async def _commit(self, tenant: str, encoding: Encoding, body: bytes) -> Outcome:
        checked = await self._in_thread_if_large(_CHECKS[encoding], body)
        if not checked.spans:
            return Outcome()
        outcome = await asyncio.wrap_future(self._commits.submit(tenant, checked))
        self._measures.answered(tenant, checked.spans - outcome.rejected, outcome)
        if outcome.rejected == checked.spans:
            raise Malformed(f"No span of the request has a valid identity. {outcome.message} {_LOGS_HINT}")
        return outcome

    def _with_others(self, tenant: str, outcome: Outcome, others: int) -> Outcome:
        if not others:
            return outcome
        told = f"{others} log records carry no business. attribute and were not stored: only business events are kept here."
        passed_over = Outcome(told, {"no_business_event": others})
        self._measures.answered(tenant, 0, passed_over)
        return Outcome(f"{outcome.message} {told}".strip(), {**outcome.reasons, **passed_over.reasons})

    async def _in_thread_if_large(self, work: Callable[..., _T], body: bytes, *more: Encoding) -> _T:
        if len(body) < _SMALL:
            return work(body, *more)
        return await asyncio.get_running_loop().run_in_executor(self._checkers, work, body, *more)


_LOGS_HINT = "Logs that are posted to the traces path look like this: check the exporter's endpoint."
