"""More than the collector can take, from one tenant: it is asked to wait, another tenant is not, memory stays bounded,
and what was accepted is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import httpx2
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from tests.collector.conftest import PROTOBUF, digest
from tests.collector.making import request, span
from tests.collector.test_faults import Crowd, Running, stored
from tests.collector.test_fuzz import memory_mb

_MB = 1_000_000
_LIMITS = {"max_in_flight_bytes": 6 * _MB, "max_body_bytes": _MB}
_TOKENS = {digest("greedy"): "greedy", digest("quiet"): "quiet"}


class Greedy(Crowd):
    """Clients of one tenant that send 600 kB after 600 kB and never wait, whatever they are told."""

    def __init__(self, running: Running) -> None:
        sends: list[Callable[[str, bytes], None]] = [*[self._by_http] * 20, *[self._by_grpc] * 4]
        super().__init__(partial(self._send, number, send) for number, send in enumerate(sends))
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._running = running
        self._http = httpx2.Client(timeout=60, limits=httpx2.Limits(max_connections=20))
        self._channel = grpc.insecure_channel(running.grpc)
        self._export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        )
        self.failures: list[BaseException] = []

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._channel.close()
        self._http.close()

    def _send(self, client: int, send: Callable[[str, bytes], None]) -> None:
        number = 0
        try:
            while not self._stop.is_set():
                number += 1
                name = f"greedy-{client}-{number}"
                send(name, request(*(span({"fill": "x" * 60_000}, name=name) for _ in range(10))).SerializeToString())
        except BaseException as failure:  # noqa: BLE001  told in the test's own thread
            self.failures.append(failure)

    def _by_http(self, name: str, body: bytes) -> None:
        headers = PROTOBUF | {"authorization": "Bearer greedy"}
        answer = self._http.post(self._running.url, content=body, headers=headers)
        if answer.status_code == 200:
            self.accepted[name] = 10
            return
        assert answer.status_code == 429, answer.text
        assert int(answer.headers["retry-after"]) > 0
        self.refused["http"] += 1

    def _by_grpc(self, name: str, body: bytes) -> None:
        try:
            self._export(body, timeout=60, metadata=(("authorization", "Bearer greedy"),))
            self.accepted[name] = 10
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, error  # noqa: PT017  any other is a failure
            sent: dict[str, Any] = {item.key: item.value for item in error.trailing_metadata()}
            retry = RetryInfo()
            assert Status.FromString(sent["grpc-status-details-bin"]).details[0].Unpack(retry)
            assert retry.retry_delay.ToTimedelta().total_seconds() > 0
            self.refused["grpc"] += 1


def test_one_tenants_flood_is_refused_and_no_other_tenant_notices(tmp_path: Path) -> None:
    running = Running(tmp_path / "store", tokens=_TOKENS, **_LIMITS)
    quiet: list[int] = []
    try:
        before = memory_mb(running.process.pid)
        peak = 0
        with Greedy(running) as greedy, httpx2.Client(timeout=60) as client:
            while len(quiet) < 15 or min(greedy.refused["http"], greedy.refused["grpc"], len(greedy.accepted)) < 5:
                body = request(span(name=f"quiet-{len(quiet)}")).SerializeToString()
                answer = client.post(running.url, content=body, headers=PROTOBUF | {"authorization": "Bearer quiet"})
                quiet.append(answer.status_code)
                peak = max(peak, memory_mb(running.process.pid))
                assert not greedy.failures, greedy.failures
                assert len(quiet) < 500, (greedy.refused, len(greedy.accepted))
        assert running.process.poll() is None
    finally:
        running.kill()
    assert set(quiet) == {200}
    assert peak - before < 400, f"{peak - before} MB more than at rest, for 6 MB in flight"
    found = stored(tmp_path / "store")
    assert {name: found.get(name) for name in greedy.accepted} == greedy.accepted
    assert {f"quiet-{number}" for number in range(len(quiet))} <= found.keys()
