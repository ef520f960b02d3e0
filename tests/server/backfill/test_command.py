from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_server.backfill.run import Backfill
from spanledger_server.cli.main import main
from tests.server.backfill.receiver import Receiver, Scripted, partial


def run(log: Path, mapping: Path, *options: str) -> int:
    return main(["backfill", str(log), "--mapping", str(mapping), *options])


def test_says_what_it_did(log: Path, mapping: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(log, mapping, "--endpoint", receiver.url) == 0
    assert capsys.readouterr().out == "10 rows read, 10 spans were sent, 0 left out by the mapping.\n"


def test_the_token_is_an_option_or_a_variable(
    log: Path, mapping: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANLEDGER_TOKEN", "from-the-environment")
    run(log, mapping, "--endpoint", receiver.url)
    run(log, mapping, "--endpoint", receiver.url, "--token", "given")
    sent = [headers["authorization"] for headers in receiver.headers]
    assert sent == ["Bearer from-the-environment", "Bearer given"]


def test_what_the_collector_refused_is_a_failure(
    log: Path, mapping: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.script.append(partial(2, "trace id is [zero]"))
    assert run(log, mapping, "--endpoint", receiver.url) == 1
    out = capsys.readouterr().out
    assert "2 spans were refused by the collector." in out
    assert "the collector said, 1 times: trace id is [zero]" in out


@pytest.mark.parametrize(
    ("log_text", "mapping_text", "message"),
    [
        ("case,activity\n", None, "there is no column `at`"),
        (None, "system: x\nstep: a.b\n", "mapping.yaml:1: `time` is missing; add `time:`"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(
    log: Path,
    mapping: Path,
    capsys: pytest.CaptureFixture[str],
    log_text: str | None,
    mapping_text: str | None,
    message: str,
) -> None:
    for path, text in ((log, log_text), (mapping, mapping_text)):
        if text is not None:
            path.write_text(text)
    assert run(log, mapping) == 1
    assert message in capsys.readouterr().err


def test_an_endpoint_that_cannot_be_reached(log: Path, mapping: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(log, mapping, "--endpoint", "http://127.0.0.1:9") == 1
    assert "http://127.0.0.1:9/v1/traces cannot be reached" in capsys.readouterr().err


def test_goes_on_after_a_failure_and_says_so(
    log: Path, mapping: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.script.extend([Scripted(), Scripted(500)])
    options = ("--endpoint", receiver.url, "--batch-size", "3", "--in-flight", "1")
    assert run(log, mapping, *options) == 1
    assert run(log, mapping, *options) == 0
    assert "Going on after row 3 (begin again with --restart)." in capsys.readouterr().out


def test_ctrl_c_says_how_to_go_on(
    log: Path, mapping: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Backfill, "run", interrupted)
    assert run(log, mapping) == 130
    assert "Interrupted after row 0. The same command goes on from there." in capsys.readouterr().out


def test_event_ids_that_repeat_are_a_failure(
    log: Path, mapping: Path, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping.write_text(mapping.read_text() + 'event_id: "{case}"\n')
    assert run(log, mapping, "--endpoint", receiver.url) == 1
    assert "7 rows share their event id with another row" in capsys.readouterr().out
