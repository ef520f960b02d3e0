"""`spanledger simulate` from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from spanledger_server.cli import main

if TYPE_CHECKING:
    from tests.server.simulate.conftest import KeepingCollector


def test_it_plays_and_writes_the_truth(
    collector: KeepingCollector, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "truth.json"
    arguments = ["--size", "5", "--months", "1", "--minutes", "0", "--until", "2026-07-01", "--truth", str(file)]
    assert main(["simulate", "--endpoint", collector.endpoint, *arguments]) == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["to"] == "2026-07-01T00:00:00.000000000Z"
    one = told["transactions"][0]
    assert {"process", "key", "status", "stuck", "why", "steps", "exceptions", "amounts", "members"} <= set(one)
    out = capsys.readouterr().out
    assert "spans from 4 systems" in out
    assert str(file) in out


def test_nobody_there_ends_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--endpoint", "http://127.0.0.1:9", "--size", "5"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("spanledger: No collector answers at http://127.0.0.1:9")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--size", "huge"], "is not small, medium, large or a number"),
        (["--size", "0"], "is not small, medium, large or a number"),
        (["--months", "0"], "--months"),
        (["--until", "31.3.2026"], "--until"),
        (["--truth", "/no/such/folder/truth.json"], "does not exist"),
    ],
)
def test_what_makes_no_sense_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(["simulate", *arguments]) == 2
    assert said in capsys.readouterr().err
