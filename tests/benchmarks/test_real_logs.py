"""pm4py is AGPL: it stays with the one program that asks it, and out of every lock of the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.real_logs.logs import FULL, QUICK

ROOT = Path(__file__).parents[2]
IMPORTED = re.compile(r"^\s*(from|import) pm4py|import_module\(\"pm4py", re.MULTILINE)


def test_it_is_imported_in_one_program_alone() -> None:
    folders = ("sdk", "store", "collector", "correlator", "api", "server", "tests", "benchmarks", "examples")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if path != Path(__file__)]
    assert [path.name for path in files if IMPORTED.search(path.read_text(encoding="utf-8"))] == ["pm4py_side.py"]


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_no_lock_of_the_project_holds_it(lock: str) -> None:
    assert "pm4py" not in (ROOT / "requirements" / lock).read_text(encoding="utf-8")


def test_the_program_imports_nothing_of_spanledger() -> None:
    assert "import spanledger" not in (ROOT / "benchmarks" / "real_logs" / "pm4py_side.py").read_text(encoding="utf-8")


def test_every_log_has_its_mapping_and_its_process() -> None:
    for log in FULL:
        assert (ROOT / "examples" / "mappings" / f"{log.mapping}.yaml").is_file()
        assert not log.process or (ROOT / "examples" / "definitions" / f"{log.process}.yaml").is_file()
    assert set(QUICK) <= set(FULL)
