"""The collector as a whole: its ports and a clean stop."""

from __future__ import annotations

import socket
import threading
import time

import httpx2
import pytest

from spanledger_collector import Collector, CollectorConfig
from spanledger_store import SettingInvalid, Store
from tests.collector.conftest import FREE, PROTOBUF, Sender, in_flight
from tests.collector.making import request, span


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_a_port_in_use_is_refused_by_name(shared_store: Store, protocol: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        collector = Collector(
            shared_store,
            CollectorConfig(
                **({"http_address": FREE, "grpc_address": FREE} | {f"{protocol}_address": ("127.0.0.1", port)})
            ),
        )
        with pytest.raises(SettingInvalid, match=f"127.0.0.1:{port}"):
            collector.start()
        collector.stop()


def test_a_limit_that_no_request_could_meet_is_refused() -> None:
    with pytest.raises(ValueError, match="max_in_flight_bytes"):
        CollectorConfig(max_in_flight_bytes=10)
    with pytest.raises(ValueError, match="commit_threads"):
        CollectorConfig(commit_threads=0)


def test_stopping_answers_what_is_under_way(shared_store: Store, sender: Sender) -> None:
    collector = Collector(shared_store, CollectorConfig(FREE, FREE, default_tenant=sender.tenant, group_max_delay=60.0))
    collector.start()
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    bodies = [request(span()).SerializeToString() for _ in range(5)]
    answers: list[int] = []

    def post(body: bytes) -> None:
        answers.append(httpx2.post(url, content=body, headers=PROTOBUF, timeout=30).status_code)

    threads = [threading.Thread(target=post, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    while in_flight(collector) < sum(map(len, bodies)):
        time.sleep(0.001)
    started = time.monotonic()
    collector.stop(10)
    assert time.monotonic() - started < 10
    for thread in threads:
        thread.join()
    assert answers == [200] * 5
    assert len(sender.rows("TraceId")) == 5
    with pytest.raises(httpx2.TransportError):
        httpx2.post(url, content=b"", headers=PROTOBUF)
