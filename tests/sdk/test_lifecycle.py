"""`configure`, `flush`, `shutdown`, the end of the program, and forks."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

import spanledger as sl
from tests.sdk.collector import Collector

RunPython = Callable[..., str]


def test_arguments_reach_the_wire(collector: Collector) -> None:
    sl.configure(
        service_name="sync",
        system="netsuite",
        legal_entity="Acme GmbH",
        region="EMEA",
        id_scope="us",
        endpoint=collector.endpoint + "/",
        token="s3cret",
        headers={"X-Team": "erp"},
    )
    sl.emit("invoice.posted", region="APAC")
    assert sl.flush(10)
    (span,) = collector.arrived
    assert span.path == "/v1/traces"
    assert span.headers["authorization"] == "Bearer s3cret"
    assert span.headers["x-team"] == "erp"
    assert span.headers["content-type"] == "application/x-protobuf"
    assert span.resource["service.name"] == "sync"
    assert span.attributes["business.system"] == "netsuite"
    assert span.attributes["business.legal_entity"] == "Acme GmbH"
    assert span.attributes["business.id_scope"] == "us"
    assert span.attributes["business.region"] == "APAC"


def test_the_standard_variables_count_where_arguments_are_absent(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-from=environment")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "from-environment")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=prod")
    sl.configure()
    sl.emit("invoice.posted")
    assert sl.flush(10)
    (span,) = collector.arrived
    assert span.path == "/v1/traces"
    assert span.headers["x-from"] == "environment"
    assert span.headers["content-encoding"] == "gzip"
    assert span.resource["service.name"] == "from-environment"
    assert span.resource["deployment.environment"] == "prod"


def test_the_end_of_the_program_sends_what_is_left(collector: Collector, run_python: RunPython) -> None:
    program = """
import sys, spanledger as sl
sl.configure(endpoint=sys.argv[1])
with sl.step("invoice.posted", invoice="INV-1"):
    pass
"""
    assert run_python(program, collector.endpoint) == ""
    assert [span.name for span in collector.arrived] == ["invoice.posted"]


def test_the_last_span_says_that_it_is(collector: Collector) -> None:
    sl.configure(endpoint=collector.endpoint, delay=60)
    sl.emit("invoice.generated")
    sl.emit("invoice.posted")
    assert sl.shutdown(10)
    said = [span.attributes.get("business.producer.last") for span in collector.arrived]
    assert said == [None, 2]


def test_where_all_was_sent_one_more_span_says_so(collector: Collector) -> None:
    sl.configure(endpoint=collector.endpoint)
    sl.emit("invoice.posted")
    assert sl.flush(10)
    assert sl.shutdown(10)
    closing = collector.arrived[-1]
    assert (closing.name, closing.attributes["business.producer.seq"]) == ("producer.closed", 2)
    assert closing.attributes["business.producer.last"] == 2
    assert "business.step" not in closing.attributes


def test_a_program_that_sent_nothing_closes_nothing(collector: Collector) -> None:
    sl.configure(endpoint=collector.endpoint)
    assert sl.shutdown(10)
    assert collector.arrived == []


def test_shutdown_sends_what_is_left_and_then_nothing_happens(collector: Collector) -> None:
    sl.configure(endpoint=collector.endpoint, delay=60)
    running = sl.step("invoice.generated")
    running.__enter__()
    sl.emit("invoice.posted")
    assert sl.shutdown(10)
    running.__exit__(None, None, None)
    sl.emit("payment.received")
    assert [span.name for span in collector.arrived] == ["invoice.posted"]
    assert sl.shutdown()


def test_configure_again_sends_to_the_new_collector(collector: Collector) -> None:
    other = Collector()
    try:
        sl.configure(endpoint=other.endpoint, delay=60)
        sl.emit("invoice.generated")
        sl.configure(endpoint=collector.endpoint)
        sl.emit("invoice.posted")
        assert sl.flush(10)
    finally:
        other.close()
    assert [span.name for span in other.arrived] == ["invoice.generated"]
    assert [span.name for span in collector.arrived] == ["invoice.posted"]


def test_the_standard_switch_keeps_it_off(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    sl.configure(endpoint=collector.endpoint)
    with sl.step("invoice.posted") as it:
        assert it.span_id == ""
    assert "OTEL_SDK_DISABLED" in caplog.text


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("service_name", ""),
        ("system", 7),
        ("endpoint", "127.0.0.1:4318"),
        ("endpoint", "ftp://127.0.0.1"),
        ("endpoint", "http://127.0.0.1:port"),
        ("endpoint", 4318),
        ("protocol", "http/json"),
        ("token", ""),
        ("token", "line\nbreak"),
        ("headers", ["x"]),
        ("headers", {"x": 1}),
        ("timeout", 0),
        ("delay", -1),
        ("delay", None),
        ("exit_timeout", "5"),
        ("queue_size", 0),
        ("queue_size", 1.5),
        ("batch_size", True),
        ("batch_size", 10**9),
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused(argument: str, value: Any) -> None:
    with pytest.raises(sl.ConfigurationError, match=argument) as refused:
        sl.configure(**{argument: value})
    assert isinstance(refused.value, ValueError)
    assert "must be" in str(refused.value)
    assert "line\nbreak" not in str(refused.value)


def test_a_wrong_variable_is_passed_over(
    collector: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")
    sl.configure(endpoint=collector.endpoint)
    sl.emit("invoice.posted")
    assert sl.flush(10)
    assert len(collector.arrived) == 1
    assert "http/json" in caplog.text
    assert "soon" in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_sends_for_itself(collector: Collector, run_python: RunPython) -> None:
    program = """
import os, sys, spanledger as sl
sl.configure(endpoint=sys.argv[1], delay=60)
sl.emit("before.forked")
with sl.step("parent.worked"):
    child = os.fork()
    if child == 0:
        sl.emit("child.worked")
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""
    # Python 3.12 warns of any fork beside a thread; that is what is tested here.
    ignore = "ignore:This process:DeprecationWarning"
    run_python(f"import warnings; warnings.filterwarnings(*{ignore!r}.split(':')[:2])\n{program}", collector.endpoint)
    names = sorted(span.name for span in collector.arrived)
    assert names == ["before.forked", "child.worked", "parent.worked"]
    producers = {span.name: span.attributes["business.producer.id"] for span in collector.arrived}
    assert producers["before.forked"] == producers["parent.worked"] != producers["child.worked"]
    child = next(span for span in collector.arrived if span.name == "child.worked")
    assert child.attributes["business.producer.seq"] == 1
    assert child.parent_id == next(span.span_id for span in collector.arrived if span.name == "parent.worked")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_worker_of_multiprocessing_sends_before_it_ends(collector: Collector, run_python: RunPython) -> None:
    program = """
import multiprocessing, sys, spanledger as sl

def work(number):
    sl.emit("child.worked", task=number)

sl.configure(endpoint=sys.argv[1], delay=60)
workers = [multiprocessing.get_context("fork").Process(target=work, args=(number,)) for number in range(3)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
    assert worker.exitcode == 0
"""
    run_python(program, collector.endpoint)
    assert sorted(str(span.attributes["business.entity.task"]) for span in collector.arrived) == ["0", "1", "2"]
    assert len({span.attributes["business.producer.id"] for span in collector.arrived}) == 3


def test_over_grpc(run_python: RunPython) -> None:
    arrived: list[ExportTraceServiceRequest] = []
    metadata: dict[str, str | bytes] = {}

    class Receiver(TraceServiceServicer):
        def Export(  # noqa: N802 - the protocol names it so
            self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
        ) -> ExportTraceServiceResponse:
            metadata.update(context.invocation_metadata())
            arrived.append(request)
            return ExportTraceServiceResponse()

    server = grpc.server(ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(Receiver(), server)  # type: ignore[no-untyped-call]  # generated code
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    program = """
import sys, spanledger as sl
sl.configure(endpoint=sys.argv[1], protocol="grpc", token="s3cret", headers={"X-Team": "erp"})
sl.emit("invoice.posted", invoice="INV-1")
assert sl.flush(10)
"""
    try:
        run_python(program, f"http://127.0.0.1:{port}")
    finally:
        server.stop(None).wait()
    assert [span.name for span in arrived[0].resource_spans[0].scope_spans[0].spans] == ["invoice.posted"]
    assert metadata["authorization"] == "Bearer s3cret"
    assert metadata["x-team"] == "erp"


def test_the_hosts_seed_does_not_repeat_ids(collector: Collector, run_python: RunPython) -> None:
    program = """
import random, sys, spanledger as sl
random.seed(42)
sl.configure(endpoint=sys.argv[1])
sl.emit("invoice.posted")
"""
    for _ in range(2):
        run_python(program, collector.endpoint)
    assert len({span.span_id for span in collector.arrived}) == 2
