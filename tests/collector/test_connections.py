"""Nobody can keep a connection of OTLP/HTTP open for nothing, or fill the memory before a request has begun."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx2
import pytest
from google.rpc.status_pb2 import Status

from spanledger_collector import Collector
from tests.collector.conftest import PROTOBUF
from tests.collector.making import request, span

HEAD = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"


def connected(collector: Collector) -> socket.socket:
    """A connection to the HTTP port."""
    return socket.create_connection(("127.0.0.1", collector.http_port), timeout=20)


def read_to_the_end(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


@pytest.mark.parametrize("sent", [b"", HEAD.encode()], ids=["nothing", "half a head"])
def test_a_head_that_does_not_arrive_ends_its_connection(started: Callable[..., Collector], sent: bytes) -> None:
    with connected(started(head_timeout=0.3)) as connection:
        connection.sendall(sent)
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_trickles_after_a_request_ends_its_connection(started: Callable[..., Collector]) -> None:
    collector = started(head_timeout=0.3)
    with connected(collector) as connection:
        connection.sendall(HEAD.encode() + b"Content-Length: 0\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(HEAD.encode())
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_stops_is_answered_408_with_a_status(started: Callable[..., Collector]) -> None:
    with connected(started(idle_timeout=0.3)) as connection:
        connection.sendall(HEAD.encode() + b"Content-Length: 100\r\n\r\nxxx")
        head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert "No byte of the body came for 0.3 s" in Status.FromString(body).message


def test_a_body_that_comes_slowly_is_taken(started: Callable[..., Collector]) -> None:
    body = request(span()).SerializeToString()
    with connected(started(idle_timeout=2.0)) as connection:
        connection.sendall(HEAD.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode())
        for start in range(0, len(body), 40):
            connection.sendall(body[start : start + 40])
            time.sleep(0.05)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_head_that_is_too_long_is_431(started: Callable[..., Collector]) -> None:
    with connected(started(max_head_bytes=2000)) as connection:
        connection.sendall(HEAD.encode() + b"X: " + b"x" * 4000)
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 431 ")


def test_a_long_body_is_no_long_head(started: Callable[..., Collector], http: httpx2.Client) -> None:
    url = f"http://127.0.0.1:{started(max_head_bytes=2000).http_port}/v1/traces"
    for _ in range(3):
        body = request(span({"padding": "x" * 100_000})).SerializeToString()
        assert http.post(url, content=body, headers=PROTOBUF).status_code == 200


def test_one_connection_too_many_is_asked_to_come_again_and_the_others_go_on(
    started: Callable[..., Collector],
) -> None:
    collector = started(max_connections=3)
    with ExitStack() as open_ones:
        kept = [open_ones.enter_context(connected(collector)) for _ in range(3)]
        for connection in kept:
            connection.sendall(HEAD.encode() + b"Content-Length: 0\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        with connected(collector) as refused:
            answer = read_to_the_end(refused)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: " in answer
        kept.pop().close()
        deadline = time.monotonic() + 20
        answer = b""
        while not answer.startswith(b"HTTP/1.1 200 "):
            assert time.monotonic() < deadline
            with connected(collector) as next_one:
                next_one.sendall(HEAD.encode() + b"Content-Length: 0\r\n\r\n")
                answer = next_one.recv(65536)
