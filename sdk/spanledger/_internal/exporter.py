"""OpenTelemetry's own OTLP exporter, pointed at the collector, its chatter held to a line a minute."""

import logging
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Status, StatusCode

from spanledger._internal.finished import Finished
from spanledger._internal.problems import PROBLEMS, never_raises
from spanledger._internal.sender import THREAD_NAME
from spanledger._internal.settings import GRPC, Settings
from spanledger._internal.text import clean
from spanledger._internal.version import VERSION

SCOPE = InstrumentationScope("spanledger", VERSION)
_LOGGERS = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.grpc.exporter",
)


class OtlpExporter:
    """Sends finished spans over OTLP. What the settings leave open is read from `OTEL_EXPORTER_OTLP_*`."""

    def __init__(self, settings: Settings, resource: Resource) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(_once_a_minute)
        self._resource = resource
        self._exporter = _exporter(settings)

    def export(self, batch: Sequence[Finished]) -> bool:
        """Send a batch; whether the collector took it."""
        return self._exporter.export([self._readable(span) for span in batch]) is SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Stop retrying and close the connections."""
        self._exporter.shutdown()

    def _readable(self, span: Finished) -> ReadableSpan:
        """Built directly: a span from a tracer would pass the limits that the host's environment sets."""
        return ReadableSpan(
            name=span.name,
            context=span.context,
            parent=span.parent,
            resource=self._resource,
            attributes=span.attributes,
            events=_events(span),
            status=Status(StatusCode.ERROR, span.description) if span.failed else Status(StatusCode.UNSET),
            start_time=span.started_at,
            end_time=span.ended_at,
            instrumentation_scope=SCOPE,
        )


@never_raises(Resource.get_empty)
def resource(service_name: str | None) -> Resource:
    """Who sends: the service's name, and what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say.

    To be called early: OpenTelemetry asks its detectors in a thread pool, which Python refuses at a program's end.
    """
    found = Resource.create({"service.name": service_name} if service_name else {})
    attributes = {key: clean(value) if isinstance(value, str) else value for key, value in found.attributes.items()}
    return Resource(attributes, found.schema_url)


def _exporter(settings: Settings) -> SpanExporter:
    headers = dict(settings.headers) or None
    if settings.protocol == GRPC:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (  # noqa: PLC0415 - it is an extra
            OTLPSpanExporter as GrpcSpanExporter,
        )

        return GrpcSpanExporter(endpoint=settings.endpoint, headers=headers, timeout=settings.timeout)
    return OTLPSpanExporter(endpoint=settings.endpoint, headers=headers, timeout=settings.timeout)


def _events(span: Finished) -> tuple[Event, ...]:
    if span.raised is None:
        return ()
    attributes = {
        "exception.type": span.raised.type,
        "exception.message": span.raised.message,
        "exception.stacktrace": span.raised.stacktrace,
    }
    return (Event("exception", attributes, span.ended_at),)


def _once_a_minute(record: logging.LogRecord) -> bool:
    """Take over what the exporter says in our own thread; the host's use of the same exporter is not touched."""
    if record.threadName != THREAD_NAME:
        return True
    PROBLEMS.report("export", "%s", record.getMessage())
    return False
