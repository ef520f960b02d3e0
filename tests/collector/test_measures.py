"""What a collector says of itself agrees with what was sent to it."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import httpx2
import pytest

from spanledger_collector import Collector
from spanledger_store import Store
from tests.collector.conftest import PROTOBUF
from tests.collector.making import request, span
from tests.collector.test_events import POSTED, logs, record
from tests.collector.test_grpc import TRACES, called


def value(collector: Collector, name: str, **labels: str) -> float:
    """A sample; 0 if there is none."""
    return collector.registry.get_sample_value(f"spanledger_collector_{name}", labels) or 0


def test_counts_by_tenant_signal_and_reason(started: Callable[..., Collector], http: httpx2.Client) -> None:
    collector = started(default_tenant="acme")
    url = f"http://127.0.0.1:{collector.http_port}"
    body = request(span(), span(), span(span_id=b"")).SerializeToString()
    assert http.post(url + "/v1/traces", content=body, headers=PROTOBUF).status_code == 200
    with grpc.insecure_channel(f"127.0.0.1:{collector.grpc_port}") as channel:
        called(channel, TRACES, request(span()).SerializeToString())
    events = logs(record(POSTED), record({}), record({})).SerializeToString()
    assert http.post(url + "/v1/logs", content=events, headers=PROTOBUF).status_code == 200
    assert http.post(url + "/v1/traces", content=b"x", headers=PROTOBUF).status_code == 400
    assert http.post(url + "/v1/metrics", content=b"", headers=PROTOBUF).status_code == 404

    assert value(collector, "requests_received_total", tenant="acme", signal="traces") == 3
    assert value(collector, "requests_received_total", tenant="acme", signal="logs") == 1
    assert value(collector, "bytes_received_total", tenant="acme", signal="logs") == len(events)
    assert value(collector, "spans_accepted_total", tenant="acme") == 4
    assert value(collector, "spans_rejected_total", tenant="acme", reason="span_id_missing") == 1
    assert value(collector, "spans_rejected_total", tenant="acme", reason="no_business_event") == 2
    assert value(collector, "requests_refused_total", tenant="acme", reason="malformed") == 1
    assert value(collector, "requests_refused_total", tenant="", reason="not_served") == 1
    assert value(collector, "commit_seconds_count") == 3
    assert value(collector, "commit_seconds_sum") > 0
    assert value(collector, "in_flight_bytes", tenant="acme") == 0
    assert value(collector, "queue_age_seconds") == 0


def test_commits_that_fail_are_counted_and_told_once(
    started: Callable[..., Collector], http: httpx2.Client, empty_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    collector = started(empty_store)
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    secret = request(span({"secret": "do-not-log-me"})).SerializeToString()
    for _ in range(3):
        assert http.post(url, content=secret, headers=PROTOBUF).status_code == 503
    assert value(collector, "requests_refused_total", tenant="default", reason="not_stored") == 3
    assert caplog.text.count("did not confirm the commit") == 1
    empty_store.migrate()
    assert http.post(url, content=secret, headers=PROTOBUF).status_code == 200
    assert caplog.text.count("confirms commits again") == 1
    assert "do-not-log-me" not in caplog.text
