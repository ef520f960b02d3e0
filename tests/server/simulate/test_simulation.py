"""The firm in four real processes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanledger_server.simulate.errors import SimulationFailed
from spanledger_server.simulate.plan import FaultRates
from spanledger_server.simulate.simulation import SimulationOptions, SimulationProgress, simulate
from spanledger_server.simulate.span_ids import span_ids

if TYPE_CHECKING:
    from tests.server.simulate.conftest import KeepingCollector


def options(endpoint: str, **others: object) -> SimulationOptions:
    """A tiny firm, as fast as it can."""
    chosen = {"size": 25, "until": date(2026, 7, 1), "months": 3, "minutes": 0, "rates": FaultRates.all(), **others}
    return SimulationOptions(endpoint=endpoint, **chosen)  # type: ignore[arg-type]  # values as the tests give them


def test_four_processes_tell_what_was_planned(collector: KeepingCollector) -> None:
    heard: list[SimulationProgress] = []
    report = simulate(options(collector.endpoint, token="secret"), heard.append)
    expected: Counter[tuple[str, str]] = Counter()
    for one in report.plan.book.emitted():
        ids = span_ids(report.plan.book, one)
        expected[ids.trace_id, ids.span_id] += 2 if one.twice else 1
    got: Counter[tuple[str, str]] = Counter()
    services: set[str] = set()
    for body in collector.bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            services |= {item.value.string_value for item in resource.resource.attributes if item.key == "service.name"}
            got.update(
                (span.trace_id.hex(), span.span_id.hex()) for scope in resource.scope_spans for span in scope.spans
            )
    assert got == expected
    assert services == {"firm-salesforce", "firm-kantata", "firm-boomi", "firm-netsuite"}
    assert sum(report.spans.values()) == sum(expected.values())
    assert collector.tokens == {"Bearer secret"}
    assert heard[-1].days_done == heard[-1].days
    assert {"http 200", "http 400", "queue", "file"} <= set(report.handed_on)


def test_nobody_at_the_endpoint_is_one_clear_line() -> None:
    with pytest.raises(SimulationFailed, match=r"No collector answers at http://127\.0\.0\.1:9"):
        simulate(options("http://127.0.0.1:9"))


@pytest.mark.parametrize(("status", "said"), [(401, "asks for a token"), (404, "no OTLP collector")])
def test_a_door_that_does_not_open(collector: KeepingCollector, status: int, said: str) -> None:
    collector.status = status
    with pytest.raises(SimulationFailed, match=said):
        simulate(options(collector.endpoint))


@pytest.mark.parametrize("endpoint", ["localhost:4318", "ftp://x", "http://", "http://x:99999"])
def test_an_address_that_is_none(endpoint: str) -> None:
    with pytest.raises(SimulationFailed, match="no address of a collector"):
        simulate(options(endpoint))


def test_pace_stretches_the_run_and_no_file_is_left(
    collector: KeepingCollector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    report = simulate(options(collector.endpoint, size=3, months=1, minutes=0.05, rates=FaultRates.none()))
    assert report.seconds >= 3
    assert list(tmp_path.iterdir()) == []


def test_a_collector_that_refuses_later_is_told_of(collector: KeepingCollector) -> None:
    def close_the_door(_: SimulationProgress) -> None:
        collector.status = 400

    with pytest.raises(SimulationFailed, match="did not store all spans of"):
        simulate(options(collector.endpoint, size=3, months=1), close_the_door)
