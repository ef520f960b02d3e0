"""What the collector counts of itself, for Prometheus: names begin with `spanledger_collector_`, units end them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from spanledger_collector.refusals import Refused
from spanledger_collector.responses import Outcome

_PREFIX = "spanledger_collector_"
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Measures:
    """The counters of one collector, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._received_requests = self._counter("requests_received", "Requests whose body was read", "tenant", "signal")
        self._received_bytes = self._counter(
            "bytes_received", "Bytes of their bodies, decompressed", "tenant", "signal"
        )
        self._refused = self._counter("requests_refused", "Requests answered with an error", "tenant", "reason")
        self._accepted = self._counter("spans_accepted", "Spans that were committed", "tenant")
        self._rejected = self._counter("spans_rejected", "Spans and log records not stored", "tenant", "reason")
        self._commits = Histogram(
            _PREFIX + "commit_seconds", "How long commits of groups took", registry=self.registry, buckets=_SECONDS
        )

    def received(self, tenant: str, signal: str, size: int) -> None:
        """A request's body was read and unpacked; `size` is its bytes."""
        self._received_requests.labels(tenant, signal).inc()
        self._received_bytes.labels(tenant, signal).inc(size)

    def answered(self, tenant: str, spans: int, outcome: Outcome) -> None:
        """A request with so many spans was committed."""
        if spans:
            self._accepted.labels(tenant).inc(spans)
        for reason, count in outcome.reasons.items():
            self._rejected.labels(tenant, reason).inc(count)

    def refused(self, tenant: str, refused: Refused) -> None:
        """A request was answered with an error; `tenant` is empty where the credential named none."""
        self._refused.labels(tenant, refused.reason).inc()

    def commit(self) -> AbstractContextManager[object]:
        """Measures the commit of one group."""
        return self._commits.time()

    def watch(self, in_flight: Callable[[], dict[str, int]], queue_age: Callable[[], float]) -> None:
        """Show what these say at the moment of asking: bytes in flight by tenant, seconds that the oldest waits."""
        self.registry.register(_Now(in_flight, queue_age))

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(_PREFIX + name, documentation, labels, registry=self.registry)


class _Now(Collector):
    def __init__(self, in_flight: Callable[[], dict[str, int]], queue_age: Callable[[], float]) -> None:
        self._in_flight = in_flight
        self._queue_age = queue_age

    def collect(self) -> Iterator[GaugeMetricFamily]:
        held = GaugeMetricFamily(_PREFIX + "in_flight_bytes", "Bytes received and not yet answered", labels=["tenant"])
        for tenant, count in self._in_flight().items():
            held.add_metric([tenant], count)
        yield held
        yield GaugeMetricFamily(
            _PREFIX + "queue_age_seconds", "How long the oldest request has waited for its commit", self._queue_age()
        )
