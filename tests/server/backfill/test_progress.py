from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_server.backfill.progress import Progress, ProgressFile, default_state, fingerprint


def test_remembers_until_it_is_removed(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "deep" / "p.json", "mark")
    assert file.load() == Progress()
    file.save(Progress(10, 9, 1, 1))
    assert ProgressFile(file.path, "mark").load() == Progress(10, 9, 1, 1)
    assert [path.name for path in file.path.parent.iterdir()] == ["p.json"]
    file.remove()
    file.remove()
    assert file.load() == Progress()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"backfill": "mark"}', '{"backfill": "mark", "progress": {"x": 1}}']
)
def test_a_file_that_is_broken_costs_time_only(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    assert ProgressFile(path, "mark").load() == Progress()


def test_the_progress_of_another_backfill_is_ignored(tmp_path: Path) -> None:
    ProgressFile(tmp_path / "p.json", "one").save(Progress(10))
    assert ProgressFile(tmp_path / "p.json", "other").load() == Progress()


def test_another_file_mapping_endpoint_or_token_is_another_backfill(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("a\n")
    mark = fingerprint(log, "mapping", "http://h", "token")
    assert mark == fingerprint(log, "mapping", "http://h", "token")
    assert len({mark, fingerprint(log, "mapping", "http://h", ""), fingerprint(log, "x", "http://h", "token")}) == 3
    log.write_text("ab\n")
    assert fingerprint(log, "mapping", "http://h", "token") != mark


def test_the_state_directory(tmp_path: Path, state_home: Path) -> None:
    assert default_state(tmp_path / "log.parquet", "a" * 64) == (
        state_home / "spanledger" / "backfill" / "log-aaaaaaaaaaaa.json"
    )
