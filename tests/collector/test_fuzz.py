"""A hundred thousand requests that nobody meant to send: no 5xx, no crash, no growth of memory.

Bodies are real requests that were cut, spliced, flipped and repeated, in protobuf and JSON, under every header that
matters. A neighbour's request in the same moment is stored whole, whatever comes beside it.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import random
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from spanledger_collector.decompression import zstd
from tests.collector.making import as_json, request, span
from tests.collector.test_events import POSTED, logs, record
from tests.collector.test_faults import Running, stored
from tests.collector.test_values import with_every_value

PROTOBUF, JSON = "application/x-protobuf", "application/json"
OTHER_PATHS = ("/", "/v1/metrics", "/nowhere", "/v1/traces/%00")
OTHER_TYPES = (PROTOBUF, JSON, "application/json; charset=utf-8", "text/plain", "")
ENCODERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress, "zstd": zstd.compress}
ENCODINGS = ("", "", "", "", "gzip", "deflate", "zstd", "br")
MEANT = (200, 400, 404, 405, 408, 413, 415, 431)


class Seed(NamedTuple):
    """A request as it should be."""

    path: str
    content_type: str
    body: bytes


def seeds() -> list[Seed]:
    """Requests of both signals, in both encodings."""
    business = request(span(POSTED | {"business.amount": "12.50", "business.currency": "EUR"}), span())
    events = logs(record(POSTED, body={"a": [1, None]}), record({}))
    spans = [business, with_every_value(), request(span({"x" * 500: "y" * 5000})), request(span(span_id=b""))]
    json_logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"eventName": "seen", "attributes": []}]}]}]}
    deep = b'{"resourceSpans":' + b"[" * 200 + b"]" * 200 + b"}"
    return [
        *(Seed("/v1/traces", PROTOBUF, one.SerializeToString()) for one in spans),
        *(Seed("/v1/traces", JSON, as_json(one)) for one in spans),
        *(Seed("/v1/traces", JSON, body) for body in (b"{}", deep)),
        Seed("/v1/traces", PROTOBUF, b""),
        Seed("/v1/logs", PROTOBUF, events.SerializeToString()),
        Seed("/v1/logs", JSON, json.dumps(json_logs).encode()),
    ]


class Mutator:
    """Makes bodies from the seeds; the same number makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._seeds = seeds()

    def request(self) -> tuple[str, dict[str, str], bytes]:
        """A path, headers and a body."""
        chance = self._chance
        path, content_type, body = chance.choice(self._seeds)
        for _ in range(chance.choice((0, 1, 1, 1, 2, 4))):
            body = self._mutated(body)
        encoding = chance.choice(ENCODINGS)
        if encoding in ENCODERS and chance.random() < 0.9:
            body = ENCODERS[encoding](body)
            if chance.random() < 0.3:
                body = self._mutated(body)
        if chance.random() < 0.05:
            path = chance.choice(OTHER_PATHS)
        if chance.random() < 0.1:
            content_type = chance.choice(OTHER_TYPES)
        headers = {"Content-Type": content_type, "Content-Encoding": encoding}
        return path, {name: value for name, value in headers.items() if value}, body

    def _mutated(self, body: bytes) -> bytes:  # noqa: PLR0911  one return for each way to spoil it
        chance = self._chance
        at, to = sorted(chance.randrange(len(body) + 1) for _ in range(2))
        match chance.randrange(8):
            case 0:
                return body[:at]
            case 1:
                return body[:at] + body[to:]
            case 2:
                return body[:at] + body[at:to] * chance.choice((2, 3)) + body[to:]
            case 3:
                return body[:at] + chance.randbytes(chance.choice((1, 4, 16))) + body[at:]
            case 4:
                other = chance.choice(self._seeds).body
                return body[:at] + other[chance.randrange(len(other) + 1) :]
            case 5 if body:
                place = chance.randrange(len(body))
                return body[:place] + bytes([body[place] ^ 1 << chance.randrange(8)]) + body[place + 1 :]
            case 6:
                words = (b"null", b"-1", b"1e999", b'"\\ud800"', b"[]", b"{}", b"99999999999999999999", b"\xff\xff\xff")
                return body[:at] + chance.choice(words) + body[to:]
        return body.replace(b'"', b"", 1)


def memory_mb(pid: int) -> int:
    """What the process holds, resident."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) // 1000


def sent(url: str, seed: int, count: int) -> Counter[int]:
    """The statuses of as many mutated requests over one connection, with a good neighbour after each fifty."""
    mutator = Mutator(seed)
    answers: Counter[int] = Counter()
    address = url.removeprefix("http://").partition("/")[0]
    with closing(http.client.HTTPConnection(address, timeout=60)) as connection:

        def answer(path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
            connection.request("POST", path, body, headers)
            found = connection.getresponse()
            return found.status, found.read()

        for number in range(count):
            path, headers, body = mutator.request()
            status, text = answer(path, headers, body)
            assert status in MEANT, (status, text, path, headers, body)
            answers[status] += 1
            if number % 50 == 0:
                good = request(span(name=f"good-{seed}-{number}")).SerializeToString()
                assert answer("/v1/traces", {"Content-Type": PROTOBUF}, good) == (200, b"")
    return answers


@pytest.mark.parametrize("count", [60, pytest.param(8_334, marks=pytest.mark.long)])
def test_no_request_breaks_the_collector(tmp_path: Path, count: int) -> None:
    """As many requests from each of twelve clients at once, twice, so that growth can be told from warming up."""
    running = Running(tmp_path / "store")
    first = int(os.environ.get("SPANLEDGER_TESTS_FUZZ_SEED", "1"))
    seeds, answers, held = range(first, first + 12), Counter[int](), []
    try:
        with ThreadPoolExecutor(12) as clients:
            for part in (count // 5, count - count // 5):
                for found in clients.map(lambda seed, part=part: sent(running.url, 1_000 * seed + part, part), seeds):
                    answers += found
                held.append(memory_mb(running.process.pid))
        assert running.process.poll() is None
    finally:
        running.kill()
    assert min(answers[200], answers[400]) > answers.total() / 10, answers
    assert held[1] - held[0] < 150 + count / 100, f"{held} MB held after a fifth and after {answers.total()} requests"
    names = {
        f"good-{1_000 * seed + part}-{number}"
        for seed in seeds
        for part in (count // 5, count - count // 5)
        for number in range(0, part, 50)
    }
    assert names <= stored(tmp_path / "store").keys()
