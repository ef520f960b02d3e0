"""`spanledger emit`, `run`, `flush` and `doctor`, as a shell calls them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spanledger._internal import command
from tests.sdk.collector import Collector

COMMAND = (sys.executable, "-c", "import sys; from spanledger._internal.command import main; sys.exit(main())")


def shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_emit_says_everything_that_a_span_can_say(collector: Collector, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    done = shell(
        *("emit", "--step", "payment.received", "--endpoint", collector.endpoint, "--service", "bank-poll"),
        *("--token-file", str(tmp_path / "token"), "--entity", "payment=PAY-9", "--entity", "invoice=INV-1"),
        *(
            "--entity",
            "invoice=INV-2",
            "--alias",
            "payment=4711",
            "--attribute",
            "payment.bank=A=B",
            "--amount",
            "150 EUR",
        ),
        *("--quantity", "1 transfers", "--system", "bank", "--at", "2026-03-02T09:00:00Z", "--event-id", "row-7"),
        *("--process", "invoice-to-cash", "--transaction", "invoice-to-cash/INV-1", "--attempt", "2", "--records", "3"),
        *(
            "--outcome",
            "rejected",
            "--error-kind",
            "mapping",
            "--error-code",
            "E1",
            "--error-message",
            "no such account",
        ),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (span,) = collector.arrived
    assert span.headers["authorization"] == "Bearer s3cret"
    assert span.resource["service.name"] == "bank-poll"
    expected = {
        "business.step": "payment.received",
        "business.entity.payment": "PAY-9",
        "business.alias.payment": ["4711"],
        "business.attribute.payment.bank": "A=B",
        "business.amount": "150",
        "business.currency": "EUR",
        "business.quantity": "1",
        "business.unit": "transfers",
        "business.system": "bank",
        "business.process": "invoice-to-cash",
        "business.transaction": "invoice-to-cash/INV-1",
        "business.attempt": 2,
        "business.record_count": 3,
        "business.outcome": "rejected",
        "business.error.kind": "mapping",
        "business.error.code": "E1",
        "business.error.message": "no such account",
        "business.producer.last": 1,
    }
    assert span.attributes | expected == span.attributes
    assert span.attributes["business.entity.invoice"] == ["INV-1", "INV-2"]
    assert span.span.end_time_unix_nano == 1_772_442_000 * 10**9


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--entity", "invoice"], "--entity invoice: it must be TYPE=ID"),
        (["--entity", "process=x"], "no entity type can be called that"),
        (["--amount", "150"], "--amount '150': it must be a number and what it counts"),
        (["--attribute", "tier=x"], "it must be TYPE.KEY=VALUE"),
        (["--token-file", "/nowhere/token"], "--token-file /nowhere/token"),
        (["--endpoint", "127.0.0.1:4318"], "endpoint='127.0.0.1:4318'"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["emit", "--step", "invoice.posted", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_what_is_not_taken_waits_and_flush_sends_it_on(collector: Collector, tmp_path: Path) -> None:
    collector.status = 503
    spool = str(tmp_path / "waits")
    for number in range(3):
        kept = shell(
            "emit",
            "--step",
            "invoice.posted",
            "--entity",
            f"invoice={number}",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint,
            SPANLEDGER_SPOOL=spool,
        )
        assert kept.returncode == 0
        assert "spanledger flush` sends it on" in kept.stderr
    still = shell("flush", "--endpoint", collector.endpoint, "--spool", spool, "--timeout", "0.5")
    assert still.returncode == 1
    assert "0 spans sent" in still.stdout
    assert "3 still wait" in still.stdout
    collector.status = 200
    other = shell(
        "flush",
        "--endpoint",
        collector.endpoint,
        "--spool",
        spool,
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20new",
    )
    assert "3 more wait for other collectors or credentials" in other.stderr
    done = shell(
        "flush",
        "--all",
        "--endpoint",
        collector.endpoint,
        "--spool",
        spool,
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20new",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 spans sent" in done.stdout
    assert sorted(str(span.attributes["business.entity.invoice"]) for span in collector.arrived) == ["0", "1", "2"]
    assert {span.headers["authorization"] for span in collector.arrived} == {"Bearer new"}
    again = shell("flush", "--endpoint", collector.endpoint, "--spool", spool)
    assert (again.returncode, again.stdout[:13]) == (0, "0 spans sent ")


def test_a_span_that_is_refused_for_good_is_told(collector: Collector) -> None:
    collector.status = 400
    done = shell("emit", "--step", "invoice.posted", "--endpoint", collector.endpoint)
    assert done.returncode == 1
    assert "the span is lost" in done.stderr


def test_run_passes_on_what_its_command_says_and_how_it_ends(collector: Collector) -> None:
    script = "echo out; echo first >&2; echo the end >&2; exit 7"
    done = shell(
        "run",
        "--step",
        "time_entry.imported",
        "--entity",
        "timesheet=TS-9",
        "--endpoint",
        collector.endpoint,
        "--",
        "sh",
        "-c",
        script,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "first\nthe end\n")
    (span,) = collector.arrived
    assert (
        span.attributes.items()
        >= {
            "business.step": "time_entry.imported",
            "business.entity.timesheet": "TS-9",
            "business.outcome": "failure",
            "business.error.code": "7",
            "business.error.message": "first\nthe end",
        }.items()
    )
    assert shell("run", "--step", "a.done", "--endpoint", collector.endpoint, "--", "true").returncode == 0
    assert collector.arrived[-1].attributes["business.outcome"] == "success"


def test_what_the_command_sends_belongs_to_its_step(collector: Collector) -> None:
    inner = f"run --step invoice.posted --transaction invoice-to-cash/INV-1 --endpoint {collector.endpoint} --"
    emits = [*COMMAND, "emit", "--step", "payment.received", "--endpoint", collector.endpoint]
    assert shell(*inner.split(), *emits).returncode == 0
    received, posted = collector.arrived
    assert (received.trace_id, received.parent_id) == (posted.trace_id, posted.span_id)


def test_a_command_that_cannot_be_run(collector: Collector, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    for name, code in ((str(tmp_path / "nowhere"), 127), (str(tmp_path / "plain"), 126)):
        done = shell("run", "--step", "a.done", "--endpoint", collector.endpoint, "--", name)
        assert done.returncode == code
        assert name in done.stderr
    assert {span.attributes["business.outcome"] for span in collector.arrived} == {"failure"}


def test_a_command_runs_whatever_is_wrong_with_us() -> None:
    for wrong in (("--token-file", "/nowhere/token"), ("--endpoint", "nonsense"), ("--endpoint", "http://127.0.0.1:9")):
        done = shell("run", "--step", "a.done", *wrong, "--", "sh", "-c", "echo ran; exit 3")
        assert (done.returncode, done.stdout) == (3, "ran\n")


def test_a_signal_is_the_commands(collector: Collector) -> None:
    script = "trap 'echo stopping; exit 5' TERM; echo ready; while true; do sleep 0.1; done"
    running = subprocess.Popen(
        [*COMMAND, "run", "--step", "a.done", "--endpoint", collector.endpoint, "--", "sh", "-c", script],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    running.send_signal(signal.SIGTERM)
    assert running.communicate(timeout=20)[0] == "stopping\n"
    assert running.returncode == 5
    killed = shell("run", "--step", "a.done", "--endpoint", collector.endpoint, "--", "sh", "-c", "kill -9 $$")
    assert killed.returncode == 128 + signal.SIGKILL
    assert collector.arrived[-1].attributes["business.error.code"] == "SIGKILL"


def test_what_a_command_leaves_running_holds_nothing_up(collector: Collector) -> None:
    began = time.monotonic()
    done = subprocess.run(
        [
            *COMMAND,
            "run",
            "--step",
            "a.done",
            "--endpoint",
            collector.endpoint,
            "--",
            "sh",
            "-c",
            "sleep 30 >/dev/null &",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0
    assert time.monotonic() - began < 15


def test_doctor_says_what_is_wrong(collector: Collector, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collector.status = 401
    assert (
        command.main(["doctor", "--endpoint", collector.endpoint, "--service", "sync", "--spool", str(tmp_path)]) == 1
    )
    told = capsys.readouterr().out
    assert "FAIL test span: the collector does not take it: the collector answers 401 Unauthorized" in told
    assert "ok   service: sync" in told
    (tmp_path / "file").write_text("")
    assert command.main(["doctor", "--endpoint", collector.endpoint, "--spool", str(tmp_path / "file")]) == 1
    assert "cannot be written to" in capsys.readouterr().out


def test_without_the_platform_help_names_what_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "entry_points", lambda **_: [])
    assert command.main([]) == 0
    told = capsys.readouterr().out
    for name in command.OWN:
        assert name in told
