"""The folder where spans wait: bounded, shared, and whole whatever happens to a process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spanledger._internal.sending.producer_file import Dead, ProducerFile, the_dead
from spanledger._internal.sending.spool import Spool

RunPython = Callable[..., str]
HOLDING = """
import sys
from pathlib import Path
from spanledger._internal.sending.spool import Spool
spool = Spool(Path(sys.argv[1]), 10**6)
with spool.hold(1) as held:
    print(f"{len(held)} held", flush=True)
    sys.stdin.readline()
"""
NUMBERING = """
import sys, time
from pathlib import Path
from spanledger._internal.sending.producer_file import ProducerFile
file = ProducerFile("a" * 32)
file.remember(3)
file.open(Path(sys.argv[1]))
for number in range(4, 1001):
    file.remember(number)
print("numbered", flush=True)
sys.stdin.readline()
"""


def started(program: str, *arguments: str) -> subprocess.Popen[str]:
    """A program that has printed a line, and ends with its standard input."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_what_is_put_waits_in_order_until_it_is_removed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "deep" / "down", 10**6)
    assert spool.waiting() == []
    for number in range(12):
        assert spool.put(b"x" * number, number) == 0
    waiting = spool.waiting()
    assert [one.spans for one in waiting] == list(range(12))
    with spool.hold(6) as held:
        assert [(one.body, one.spans) for one in held] == [(b"x" * number, number) for number in range(4)]
    with spool.hold(0) as held:
        assert [one.body for one in held] == [b""]
    spool.remove(waiting[3].path)
    spool.remove(waiting[3].path)
    assert [one.spans for one in spool.waiting()] == [0, 1, 2, *range(4, 12)]


def test_the_oldest_make_room_and_are_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    assert [spool.put(b"x" * 40, 5) for _ in range(2)] == [0, 0]
    assert spool.put(b"x" * 90, 7) == 10
    assert [one.spans for one in spool.waiting()] == [7]
    with pytest.raises(OSError, match="more than the spool's 100"):
        spool.put(b"x" * 101, 1)
    assert [one.spans for one in spool.waiting()] == [7]


def test_strangers_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.otlp").write_bytes(b"mine")
    (tmp_path / "0001.part").write_bytes(b"half")
    assert Spool(tmp_path, 100).waiting() == []


def test_one_process_at_a_time_sends_a_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10**6)
    spool.put(b"x", 1)
    spool.put(b"y", 1)
    other = started(HOLDING, str(tmp_path))
    assert other.stdout is not None
    assert other.stdout.readline() == "1 held\n"
    with spool.hold(100) as held:
        assert [one.body for one in held] == [b"y"]
    # The lock ends with the process, however that ends.
    other.kill()
    other.communicate()
    with spool.hold(100) as held:
        assert [one.body for one in held] == [b"x", b"y"]


def test_a_full_disk_leaves_no_half_of_a_file(tmp_path: Path, run_python: RunPython) -> None:
    program = """
import resource, sys
from pathlib import Path
from spanledger._internal.sending.spool import Spool
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
spool = Spool(Path(sys.argv[1]), 10**6)
spool.put(b"x" * 900, 1)
try:
    spool.put(b"x" * 2000, 2)
except OSError as error:
    print(error.strerror)
print([one.spans for one in spool.waiting()], len(list(Path(sys.argv[1]).iterdir())))
"""
    assert run_python(program, str(tmp_path)) == "File too large\n[1] 1\n"


def test_who_was_killed_is_found_with_the_last_number(tmp_path: Path) -> None:
    other = started(NUMBERING, str(tmp_path))
    assert other.stdout is not None
    assert other.stdout.readline() == "numbered\n"
    with the_dead(tmp_path, "b" * 32) as dead:
        assert dead == []
    other.kill()
    other.communicate()

    def fail_to_tell() -> None:
        with the_dead(tmp_path, "b" * 32) as dead:
            assert dead == [Dead("a" * 32, 1000)]
            raise RuntimeError("it could not be told")

    with pytest.raises(RuntimeError):
        fail_to_tell()
    with the_dead(tmp_path, "b" * 32) as dead:
        assert dead == [Dead("a" * 32, 1000)]
    with the_dead(tmp_path, "b" * 32) as dead:
        assert dead == []


def test_who_ended_well_leaves_nothing(tmp_path: Path) -> None:
    file = ProducerFile("c" * 32)
    file.open(tmp_path)
    file.remember(1)
    file.close(said=True)
    file.remember(2)
    file.close(said=True)
    assert list(tmp_path.iterdir()) == []
