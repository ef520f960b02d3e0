"""The host's own tracing: our spans escape its sampler and limits, and nothing of it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBasedTraceIdRatio, Sampler

import spanledger as sl
from spanledger.processor import BusinessKeysProcessor
from tests.sdk.collector import Arrived, Collector

Sent = Callable[[], list[Arrived]]


class Host:
    """A host program with a global provider of its own."""

    def __init__(self) -> None:
        self.seen = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.seen))

    def sample(self, sampler: Sampler) -> trace.Tracer:
        self.provider.sampler = sampler
        return self.provider.get_tracer(f"host-{sampler.get_description()}")

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.seen.get_finished_spans()]


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """The API allows one global provider per process, so a test puts its own there and takes it away again."""
    running = Host()
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", running.provider)
    yield running
    running.provider.shutdown()


@pytest.mark.parametrize("sampler", [ALWAYS_OFF, ParentBasedTraceIdRatio(0.1)])
def test_every_business_span_escapes_the_hosts_sampler(sent: Sent, host: Host, sampler: Sampler) -> None:
    tracer = host.sample(sampler)
    for number in range(200):
        with tracer.start_as_current_span("host") as around, sl.step("invoice.posted", invoice=number) as it:
            assert it.trace_id == f"{around.get_span_context().trace_id:032x}"
    spans = sent()
    assert len(spans) == 200
    assert {span.attributes["business.entity.invoice"] for span in spans} == {str(number) for number in range(200)}
    assert all(span.parent_id for span in spans)
    assert len(host.names) < 60


def test_the_hosts_exporter_never_sees_a_business_span(sent: Sent, host: Host) -> None:
    tracer = host.sample(ALWAYS_ON)
    with tracer.start_as_current_span("host"), sl.step("invoice.posted"), tracer.start_as_current_span("child"):
        sl.emit("payment.received")
    assert sorted(host.names) == ["child", "host"]
    posted, received = sorted(sent(), key=lambda span: span.name)
    child, around = host.seen.get_finished_spans()
    assert child.parent is not None
    assert child.context is not None
    assert around.context is not None
    assert f"{child.parent.span_id:016x}" == posted.span_id
    assert received.parent_id == f"{child.context.span_id:016x}"
    assert posted.parent_id == f"{around.context.span_id:016x}"


@pytest.mark.parametrize("beneath_a_host_span", [True, False])
def test_a_step_does_not_change_what_the_host_samples(sent: Sent, host: Host, *, beneath_a_host_span: bool) -> None:
    tracer = host.sample(ParentBasedTraceIdRatio(0.1))
    for _ in range(300):
        if beneath_a_host_span:
            with tracer.start_as_current_span("root"), sl.step("invoice.posted"), tracer.start_as_current_span("call"):
                pass
        else:
            with sl.step("invoice.posted"), tracer.start_as_current_span("call"):
                pass
    assert len(sent()) == 300
    # 10 % of 300; 90 is eleven standard deviations away, and without care it would be all of them.
    assert 1 <= host.names.count("call") < 90


def test_what_the_host_writes_to_its_current_span_stays_with_it(sent: Sent, host: Host) -> None:
    tracer = host.sample(ALWAYS_ON)
    with tracer.start_as_current_span("host") as around, sl.step("invoice.posted"), sl.step("invoice.synced_to_crm"):
        current = trace.get_current_span()
        assert current.is_recording()
        current.set_attribute("order", 7)
        current.set_attributes({"customer": "Acme"})
        current.add_event("validated")
        current.add_link(around.get_span_context())
        current.set_status(trace.StatusCode.ERROR, "bad")
        current.record_exception(ValueError("bad"))
        current.update_name("host renamed")
        current.end()
        assert around.is_recording()
    (own,) = host.seen.get_finished_spans()
    assert own.name == "host renamed"
    assert own.attributes is not None
    assert dict(own.attributes) == {"order": 7, "customer": "Acme"}
    assert [event.name for event in own.events] == ["validated", "exception"]
    assert len(own.links) == 1
    assert own.status.description == "bad"
    assert not any("order" in span.attributes for span in sent())


def test_a_hosts_sampler_that_fails_costs_nothing(sent: Sent, host: Host) -> None:
    class Broken(Sampler):
        def should_sample(self, *_: object, **__: object) -> object:  # type: ignore[override]  # it never returns
            raise RuntimeError("broken sampler")

        def get_description(self) -> str:
            return "broken"

    host.provider.sampler = Broken()
    with sl.step("invoice.posted", invoice="INV-1"):
        pass
    (span,) = sent()
    assert span.attributes["business.entity.invoice"] == "INV-1"


def test_the_hosts_limits_do_not_cut_business_attributes(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"):
        monkeypatch.setenv(name, "4")
    for name in ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"):
        monkeypatch.setenv(name, "8")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "1")
    monkeypatch.setenv("OTEL_SPAN_EVENT_COUNT_LIMIT", "nonsense")
    sl.configure(endpoint=collector.endpoint)
    others: Any = {f"type_{number}": f"a long id {number}" for number in range(200)}
    ids = [f"TE-2026-03-31-{number}" for number in range(1000)]
    for _ in range(3):
        with sl.step("invoice.generated", time_entry=ids, **others):
            pass
    assert sl.flush(10)
    assert len(collector.arrived) == 3
    for span in collector.arrived:
        assert span.attributes["business.entity.time_entry"] == ids
        assert span.attributes["business.entity.type_199"] == "a long id 199"
        assert span.span.dropped_attributes_count == 0


def test_the_global_provider_is_left_alone(sent: Sent, run_python: Callable[..., str]) -> None:
    program = """
import spanledger as sl
from opentelemetry import trace
sl.configure(endpoint="http://127.0.0.1:9", exit_timeout=0.1)
with sl.step("invoice.posted"):
    pass
print(type(trace.get_tracer_provider()).__name__)
"""
    assert run_python(program).strip() == "ProxyTracerProvider"


def test_the_hosts_spans_carry_the_business_keys_if_it_wants_them(host: Host, sent: Sent) -> None:
    host.provider.add_span_processor(BusinessKeysProcessor())
    tracer = host.sample(ALWAYS_ON)
    with tracer.start_as_current_span("outside"):
        pass
    with (
        sl.transaction("invoice-to-cash", "INV-1"),
        sl.step("invoice.posted", invoice=["INV-1", "INV-2"], amount=("1.00", "EUR")) as it,
    ):
        it.entity("project", "PRJ-7")
        with tracer.start_as_current_span("http POST"), tracer.start_as_current_span("connect"):
            pass
    told = {span.name: dict(span.attributes or {}) for span in host.seen.get_finished_spans()}
    assert told["outside"] == {}
    assert (
        told["http POST"]
        == told["connect"]
        == {
            "business.transaction": "invoice-to-cash/INV-1",
            "business.entity.invoice": ("INV-1", "INV-2"),
            "business.entity.project": "PRJ-7",
        }
    )
    assert len(sent()) == 1
