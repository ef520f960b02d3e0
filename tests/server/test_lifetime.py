"""The life of a server process: signals end it once, and a stop that hangs ends anyway."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from spanledger_server.lifetime import Lifetime


def test_a_signal_ends_it_without_a_failure_and_the_former_handler_comes_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Lifetime() as lifetime:
        os.kill(os.getpid(), signal.SIGTERM)
        assert lifetime.wait() is None
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_failing_part_ends_it_and_says_why() -> None:
    with Lifetime() as lifetime:
        lifetime.fail("The correlator broke.")
        assert lifetime.wait() == "The correlator broke."


def test_a_thread_that_breaks_ends_it_and_is_named(caplog: pytest.LogCaptureFixture) -> None:
    def break_down() -> None:
        raise LookupError("no such column")

    with Lifetime() as lifetime:
        threading.Thread(target=break_down, name="spanledger-correlator").start()
        failure = lifetime.wait()
    assert failure == "spanledger-correlator broke: LookupError: no such column. The log has its traceback."
    assert "no such column" in caplog.text


def _run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)


def test_a_stop_that_hangs_is_given_up_with_a_line() -> None:
    done = _run(
        "import os, signal, time\n"
        "from spanledger_server.lifetime import Lifetime\n"
        "with Lifetime(stop_within_seconds=0.1) as lifetime:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    lifetime.wait()\n"
        "    time.sleep(20)\n"
    )
    assert done.returncode == 1
    assert done.stderr.startswith("spanledger: stopping took longer than 0.1 s")


def test_a_second_signal_ends_it_at_once() -> None:
    done = _run(
        "import os, signal, time\n"
        "from spanledger_server.lifetime import Lifetime\n"
        "with Lifetime() as lifetime:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(20)\n"
    )
    assert done.returncode == 1
    assert "asked twice" in done.stderr
