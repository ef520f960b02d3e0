"""The command line: what it prints, its exit codes, and how little it imports to answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spanledger_server.cli import main
from spanledger_server.cli.commands import COMMANDS


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"  {command.name} " in shown


def test_help_imports_no_engine_and_no_server() -> None:
    program = (
        "import sys\n"
        "from spanledger_server.cli import main\n"
        "assert main(['--help']) == 0\n"
        "heavy = {'chdb', 'clickhouse_connect', 'uvicorn', 'fastapi', 'grpc', 'pydantic_settings'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_that_says_more_than_its_name(
    command: object, capsys: pytest.CaptureFixture[str]
) -> None:
    name = getattr(command, "name", "")
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: spanledger {name}" in shown
    assert len(shown.splitlines()) > 5


@pytest.mark.parametrize("arguments", [["nonsense"], ["migrate", "--nonsense"], ["migrate", "--dsn"]])
def test_a_command_line_that_makes_no_sense_is_a_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Error: " in capsys.readouterr().err


def test_a_refusal_is_one_line_and_a_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--dsn", "postgres://db"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("spanledger: The store's DSN")
    assert shown.count("\n") == 1


def test_version_names_what_it_stands_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    shown = capsys.readouterr().out
    assert "spanledger-platform 0." in shown
    assert "chdb-core 26." in shown


def test_migrate_says_what_it_applied_and_then_that_nothing_is_left(tmp_path: Path) -> None:
    # A process of its own: this one's engine runs over another directory.
    def migrate() -> str:
        command = [sys.executable, "-c", "import sys; from spanledger_server.cli import main; sys.exit(main())"]
        arguments = ["migrate", "--dsn", f"chdb://{tmp_path}/data"]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=60, check=True).stdout

    assert "applied 0001_spans" in migrate()
    assert migrate() == "The schema is up to date.\n"
