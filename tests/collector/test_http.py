"""OTLP/HTTP as the specification's receiver rules have it."""

from __future__ import annotations

import gzip
import json
import socket
import time
import zlib
from collections.abc import Callable
from http.client import HTTPConnection

import httpx2
import pytest
from google.rpc.error_details_pb2 import BadRequest
from google.rpc.status_pb2 import Status

from spanledger_collector import Collector
from spanledger_collector.decompression import zstd
from tests.collector.conftest import JSON, PROTOBUF, Sender, in_flight
from tests.collector.making import as_json, request, span


def status_of(response: httpx2.Response) -> Status:
    """The body as google.rpc.Status, in the encoding that the header names."""
    assert response.headers["content-type"] == "application/x-protobuf"
    return Status.FromString(response.content)


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/traces/", "/"])
def test_success_is_an_empty_response_and_the_span_is_stored(sender: Sender, path: str) -> None:
    answer = sender.post(request(span()).SerializeToString(), path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert sender.row()["ServiceName"] == "billing"


def test_json_is_answered_in_json_and_a_charset_is_no_obstacle(sender: Sender) -> None:
    answer = sender.post(as_json(request(span())), content_type="application/json; charset=utf-8")
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"
    assert len(sender.rows()) == 1


@pytest.mark.parametrize(("body", "headers"), [(b"", PROTOBUF), (b"{}", JSON), (b'{"resourceSpans":[]}', JSON)])
def test_an_empty_request_succeeds(sender: Sender, body: bytes, headers: dict[str, str]) -> None:
    answer = sender.post(body, **headers)
    assert answer.status_code == 200
    assert answer.content in (b"", b"{}")
    assert sender.rows() == []


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstd.compress),
        ("gzip", lambda body: gzip.compress(body[:40]) + gzip.compress(body[40:])),
        ("identity", bytes),
    ],
)
def test_content_encodings(sender: Sender, encoding: str, packed: Callable[[bytes], bytes]) -> None:
    answer = sender.post(packed(request(span()).SerializeToString()), content_encoding=encoding)
    assert answer.status_code == 200
    assert len(sender.rows()) == 1


def test_a_malformed_protobuf_body_is_400_and_says_where(sender: Sender) -> None:
    answer = sender.post(request(span()).SerializeToString()[:-10])
    assert answer.status_code == 400
    status = status_of(answer)
    assert "resource_spans at byte 0" in status.message
    assert status.code == 3
    detail = BadRequest()
    assert status.details[0].Unpack(detail)
    assert detail.field_violations[0].field == "body"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"resourceSpans": [', "line 1 column 19"),
        (b"[]", "the top level"),
        (b'{"resourceSpans": 5}', "resourceSpans"),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"soon"}]}]}]}', "spans.0.startTimeUnixNano"),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SPAN_KIND_SERVER"}]}]}]}', "spans.0.kind"),
        (
            b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"value":{"intValue":"99999999999999999999"}}]}]}]}]}',
            "intValue",
        ),
        (b"\xff\xfe", "line 1 column 1"),
    ],
)
def test_a_malformed_json_body_is_400_and_says_where(sender: Sender, body: bytes, place: str) -> None:
    answer = sender.post(body, **JSON)
    assert answer.status_code == 400, answer.text
    content = answer.json()
    assert content["code"] == 3
    assert place in content["message"]
    assert content["details"][0]["@type"] == "type.googleapis.com/google.rpc.BadRequest"


def test_a_wrong_gzip_stream_is_400(sender: Sender) -> None:
    body = request(span()).SerializeToString()
    assert "no gzip stream" in status_of(sender.post(body, content_encoding="gzip")).message
    cut = sender.post(gzip.compress(body)[:-12], content_encoding="gzip")
    assert cut.status_code == 400
    assert "ends too early" in status_of(cut).message


def test_an_unknown_content_encoding_is_400(sender: Sender) -> None:
    answer = sender.post(b"", content_encoding="br")
    assert answer.status_code == 400
    assert "Send gzip, deflate, zstd or none" in status_of(answer).message


@pytest.mark.parametrize("content_type", ["text/plain", "application/protobuf2", ""])
def test_an_unknown_content_type_is_415(sender: Sender, content_type: str) -> None:
    answer = sender.post(b"x", content_type=content_type)
    assert answer.status_code == 415
    assert "application/x-protobuf or application/json" in answer.json()["message"]


def test_another_method_is_405_and_names_post(sender: Sender) -> None:
    answer = sender.http.get(sender.url + "/v1/traces")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/v1/metrics", "/v1development/profiles", "/v2/traces"])
def test_another_path_is_404_with_a_status_that_says_so(sender: Sender, path: str) -> None:
    answer = sender.post(b"", path)
    assert answer.status_code == 404
    assert status_of(answer).code == 12
    assert "races" in status_of(answer).message


def test_tokens_decide_the_tenant(sender: Sender) -> None:
    for authorization in ("", "Basic eDp5", "Bearer nobody-issued-this"):
        answer = sender.post(request(span()).SerializeToString(), authorization=authorization)
        assert answer.status_code == 401, authorization
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "Bearer <token>" in status_of(answer).message or "operator" in status_of(answer).message
    assert sender.rows() == []


def test_without_tokens_the_default_tenant_receives(
    started: Callable[..., Collector], sender: Sender, http: httpx2.Client
) -> None:
    collector = started(default_tenant=sender.tenant)
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    assert http.post(url, content=request(span()).SerializeToString(), headers=PROTOBUF).status_code == 200
    assert len(sender.rows()) == 1


@pytest.mark.parametrize("headers", [{}, {"content-encoding": "gzip"}])
def test_a_body_over_the_limit_is_413_before_and_after_decompression(
    started: Callable[..., Collector], http: httpx2.Client, headers: dict[str, str]
) -> None:
    collector = started(max_body_bytes=10_000, max_in_flight_bytes=20_000)
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    body = request(span({"padding": "x" * 20_000})).SerializeToString()
    answer = http.post(url, content=gzip.compress(body) if headers else body, headers=PROTOBUF | headers)
    assert answer.status_code == 413
    assert "10000" in status_of(answer).message
    assert "retry-after" not in answer.headers
    small = http.post(url, content=request(span()).SerializeToString(), headers=PROTOBUF)
    assert small.status_code == 200, "the collector takes the next one"


def test_a_bomb_stops_at_the_limit(started: Callable[..., Collector], http: httpx2.Client) -> None:
    collector = started(max_body_bytes=1_000_000, max_in_flight_bytes=2_000_000)
    bomb = gzip.compress(bytes(500_000_000), compresslevel=9)
    answer = http.post(
        f"http://127.0.0.1:{collector.http_port}/v1/traces",
        content=bomb,
        headers=PROTOBUF | {"content-encoding": "gzip"},
    )
    assert answer.status_code == 413


def test_too_much_in_flight_is_429_with_a_delay(started: Callable[..., Collector], http: httpx2.Client) -> None:
    collector = started(max_body_bytes=10_000, max_in_flight_bytes=10_000)
    slow = request(span({"padding": "x" * 8_000})).SerializeToString()
    head = f"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: {len(slow)}\r\n\r\n"
    quick = request(span({"padding": "x" * 4_000})).SerializeToString()
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    with socket.create_connection(("127.0.0.1", collector.http_port)) as connection:
        connection.sendall(head.encode() + slow[:-1])
        refused = _until(lambda: http.post(url, content=quick, headers=PROTOBUF), 429)
        assert refused.headers["retry-after"] in ("1", "2")
        assert status_of(refused).code == 8
        connection.sendall(slow[-1:])
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert _until(lambda: http.post(url, content=quick, headers=PROTOBUF), 200).content == b""


def test_a_client_that_leaves_in_the_middle_of_its_body_costs_nothing(
    started: Callable[..., Collector], http: httpx2.Client
) -> None:
    collector = started()
    head = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", collector.http_port)) as connection:
        connection.sendall(head.encode() + b"x" * 500)
        while in_flight(collector) < 500:
            time.sleep(0.001)
    while in_flight(collector):
        time.sleep(0.001)
    url = f"http://127.0.0.1:{collector.http_port}/v1/traces"
    assert http.post(url, content=b"", headers=PROTOBUF).status_code == 200


def _until(post: Callable[[], httpx2.Response], status: int) -> httpx2.Response:
    """The first answer with this status: another client's bytes may still be under way."""
    for _ in range(100):
        answer = post()
        if answer.status_code == status:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"no answer had the status {status}")


def test_json_errors_are_json(sender: Sender) -> None:
    answer = sender.post(b"{", **JSON)
    assert answer.headers["content-type"] == "application/json"
    assert set(json.loads(answer.content)) == {"code", "message", "details"}


def test_a_connection_is_kept_and_serves_one_request_after_the_other(sender: Sender) -> None:
    connection = HTTPConnection(sender.url.removeprefix("http://"))
    headers = PROTOBUF | {"authorization": f"Bearer {sender.token}"}
    connection.connect()
    first_socket = connection.sock
    for body, status in ((request(span()).SerializeToString(), 200), (b"x", 400), (b"", 200)):
        connection.request("POST", "/v1/traces", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
        assert connection.sock is first_socket
    connection.close()


ORIGIN = {"origin": "https://app.example.com"}


def test_a_page_of_a_browser_may_send_where_its_origin_is_allowed(
    started: Callable[..., Collector], http: httpx2.Client
) -> None:
    url = f"http://127.0.0.1:{started(cors_origins=('https://app.example.com',)).http_port}/v1/traces"
    asks = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-encoding,content-type",
    }
    allowed = http.options(url, headers=ORIGIN | asks)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN["origin"]
    assert "content-encoding" in allowed.headers["access-control-allow-headers"]
    for sent in (http.post(url, headers=ORIGIN | PROTOBUF), http.post(url, headers=ORIGIN, content=b"text")):
        assert sent.headers["access-control-allow-origin"] == ORIGIN["origin"]
    assert http.options(url, headers={"origin": "https://elsewhere.example.com"} | asks).status_code == 400


def test_without_an_allowed_origin_no_page_is_told_that_it_may(sender: Sender) -> None:
    answer = sender.http.options(sender.url + "/v1/traces", headers=ORIGIN | {"access-control-request-method": "POST"})
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers
