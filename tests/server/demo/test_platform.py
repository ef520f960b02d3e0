"""The folder of a demonstration: emptied if it is one, left alone if it is anything else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spanledger_server.demo.platform import empty
from spanledger_store import SettingInvalid


def test_an_earlier_demonstration_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "build" / "demo"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "old").touch()
    (folder / "spanledger.log").touch()
    # In a process of its own: this one may own the directory of its tests' engine, and a process owns one at most.
    program = "import sys, pathlib; from spanledger_server.demo.platform import empty; empty(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, timeout=30)
    assert [file.name for file in folder.iterdir()] == ["spanledger.log"]


def test_a_folder_of_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(SettingInvalid, match="--folder"):
        empty(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]
