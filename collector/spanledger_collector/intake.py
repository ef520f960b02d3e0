"""What both protocols do with a body: check it, commit it with its group, and say what became of it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from spanledger_collector.door import Checked, checked_protobuf
from spanledger_collector.group_commit import GroupCommit
from spanledger_collector.json_door import checked_json
from spanledger_collector.refusals import Malformed
from spanledger_collector.responses import Encoding, Outcome

_CHECKS = {"protobuf": checked_protobuf, "json": checked_json}
_SMALL = 64 * 1024


class Intake:
    """Called from the event loops of both servers; checks large bodies in threads, so that no loop stalls."""

    def __init__(self, commits: GroupCommit, checkers: ThreadPoolExecutor) -> None:
        self._commits = commits
        self._checkers = checkers

    async def take(self, tenant: str, encoding: Encoding, body: bytes) -> Outcome:
        """Commit one request; returns once its spans would survive a loss of power.

        Raises:
            Refused: with the answer to give.
        """
        checked = await self._checked(encoding, body)
        if not checked.spans:
            return Outcome()
        outcome = await asyncio.wrap_future(self._commits.submit(tenant, checked))
        if outcome.rejected == checked.spans:
            raise Malformed(f"No span of the request has a valid identity. {outcome.message} {_LOGS_HINT}")
        return outcome

    async def _checked(self, encoding: Encoding, body: bytes) -> Checked:
        check = _CHECKS[encoding]
        if len(body) < _SMALL:
            return check(body)
        return await asyncio.get_running_loop().run_in_executor(self._checkers, check, body)


_LOGS_HINT = "Logs that are posted to the traces path look like this: check the exporter's endpoint."
