"""What goes wrong under a collector: it is killed, its disk is full or read-only. Nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest
from google.rpc.status_pb2 import Status

from tests.collector.conftest import PROTOBUF
from tests.collector.making import request, span

PROGRAM = """
import json, os, sys, time
from spanledger_collector import Collector, CollectorConfig
from spanledger_store import Store
store = Store.open("chdb://" + sys.argv[1])
store.migrate()
os.chdir(sys.argv[1])
collector = Collector(store, CollectorConfig(("127.0.0.1", 0), ("127.0.0.1", 0), **json.loads(sys.argv[2])))
collector.start()
print(collector.http_port, collector.grpc_port, flush=True)
time.sleep(7200)
"""
COUNT = """
import json, sys
from spanledger_store import Store
store = Store.open("chdb://" + sys.argv[1])
print(json.dumps(store.query("SELECT SpanName, uniqExact(TraceId, SpanId) FROM spans GROUP BY 1").result_rows))
"""


class Running:
    """A collector in a process of its own, over the store in `directory`; `settings` go into its configuration."""

    def __init__(self, directory: Path, **settings: Any) -> None:
        command = [sys.executable, "-c", PROGRAM, str(directory), json.dumps(settings)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        with self.process.stdout:
            http_port, grpc_port = self.process.stdout.readline().split()
        self.url = f"http://127.0.0.1:{http_port}/v1/traces"
        self.grpc = f"127.0.0.1:{grpc_port}"

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def stored(directory: Path) -> dict[str, int]:
    """How many different spans of each name the store holds, once nothing else has it open."""
    found = subprocess.run([sys.executable, "-c", COUNT, str(directory)], capture_output=True, text=True, check=True)
    return {str(name): int(ids) for name, ids in json.loads(found.stdout)}


class Crowd:
    """Clients in threads of their own, which work while the `with` block lasts: until `_stop` is set."""

    def __init__(self, works: Iterable[Callable[[], None]]) -> None:
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


class Senders(Crowd):
    """Clients that send requests of ten spans with a name of their own, and each again until it is acknowledged."""

    def __init__(self, count: int) -> None:
        super().__init__(partial(self._send, number) for number in range(count))
        self.acknowledged: Counter[str] = Counter()
        self.url = ""

    def _send(self, sender: int) -> None:
        number = 0
        with httpx2.Client(timeout=30) as client:
            while not self._stop.is_set():
                name = f"{sender}-{number}"
                body = request(*(span(name=name) for _ in range(10))).SerializeToString()
                while not self._stop.is_set() and not self._posted(client, body):
                    time.sleep(0.02)
                if not self._stop.is_set():
                    self.acknowledged[name] += 1
                number += 1

    def _posted(self, client: httpx2.Client, body: bytes) -> bool:
        try:
            return client.post(self.url, content=body, headers=PROTOBUF).status_code == 200
        except httpx2.TransportError:
            return False


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.long)])
def test_what_was_acknowledged_survives_kills_and_nothing_counts_twice(tmp_path: Path, kills: int) -> None:
    """SIGKILL at random moments under load. Clients send again what was not acknowledged, as exporters do."""
    chance = random.Random(kills)
    directory = tmp_path / "store"
    running = Running(directory)
    with Senders(8) as senders:
        senders.url = running.url
        for _ in range(kills):
            enough = len(senders.acknowledged) + 5
            deadline = time.monotonic() + 60
            while len(senders.acknowledged) < enough:
                assert time.monotonic() < deadline, "nothing more was acknowledged"
                time.sleep(0.003)
            time.sleep(chance.uniform(0, 0.4))
            running.kill()
            running = Running(directory)
            senders.url = running.url
    running.kill()
    found = stored(directory)
    assert {name: found.get(name) for name in senders.acknowledged} == dict.fromkeys(senders.acknowledged, 10)
    assert max(found.values()) <= 10, "none twice in effect"


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, of this size; skips the test where this user may not mount one."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"needs to mount a file system: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def posted(url: str, name: str) -> httpx2.Response:
    """One request with a span of that name."""
    return httpx2.post(url, content=request(span(name=name)).SerializeToString(), headers=PROTOBUF, timeout=30)


def recovers(url: str, name: str) -> None:
    """It is taken before long, without a restart."""
    deadline = time.monotonic() + 30
    while posted(url, name).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def refused(answer: httpx2.Response) -> bool:
    """503 with a delay and a sentence that leaks nothing."""
    if answer.status_code == 200:
        return False
    assert answer.status_code == 503
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    message = Status.FromString(answer.content).message
    assert "Send the request again" in message
    assert "/" not in message.replace("google.rpc/", "")
    return True


def test_a_full_disk_is_503_until_there_is_room_again(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 200) as folder:
        running = Running(folder / "store")
        try:
            assert posted(running.url, "before").status_code == 200
            filler = folder / "filler"
            with filler.open("wb") as out:
                try:
                    while True:
                        out.write(bytes(64 * 1024))
                        out.flush()
                except OSError:
                    pass
            turned = [name for name in (f"full-{n}" for n in range(5)) if refused(posted(running.url, name))]
            assert turned, "a disk without a byte left takes no commit"
            filler.unlink()
            recovers(running.url, "after")
        finally:
            running.kill()
        found = stored(folder / "store")
    assert {"before", "after"} <= found.keys()
    taken = {f"full-{n}" for n in range(5)} - set(turned)
    assert taken <= found.keys()


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder on a mount that cannot be written: root ignores the modes of files."""
    for arguments in (("--bind", str(folder), str(folder)), ("-o", "remount,bind,ro", str(folder))):
        made = subprocess.run(["mount", *arguments], capture_output=True, check=False)
        if made.returncode:
            pytest.skip(f"needs to mount a file system: {made.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_read_only_disk_is_503_until_it_is_writable_again(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    running = Running(directory)
    try:
        assert posted(running.url, "before").status_code == 200
        with read_only(directory):
            for number in range(3):
                assert refused(posted(running.url, f"meanwhile-{number}"))
        recovers(running.url, "after")
    finally:
        running.kill()
    assert {"before", "after"} <= stored(directory).keys()
