"""The four processes and their end."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from spanledger_server.simulate.ensemble import Ensemble
from spanledger_server.simulate.errors import SimulationFailed
from spanledger_server.simulate.plan import Scope
from spanledger_server.simulate.plan.occurrence import SYSTEMS

if TYPE_CHECKING:
    from tests.server.simulate.conftest import KeepingCollector


def running(processes: list[subprocess.Popen[str]]) -> int:
    return sum(process.poll() is None for process in processes)


def test_each_system_has_a_process_and_none_outlives_a_failure(collector: KeepingCollector, scope: Scope) -> None:
    with Ensemble(scope, collector.endpoint, "") as ensemble:
        processes = [player._process for player in ensemble.players]
        assert [player.system for player in ensemble.players] == list(SYSTEMS)
        assert len({process.pid for process in processes}) == running(processes) == 4
        processes[0].kill()
        processes[0].wait()
        with pytest.raises(SimulationFailed, match="The process that plays salesforce has failed") as raised:
            ensemble.players[0].advance(scope.end)
    assert raised.value.hint
    assert running(processes) == 0
