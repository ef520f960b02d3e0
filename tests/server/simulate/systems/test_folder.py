"""The nightly file and its manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_server.simulate.systems.folder import FileDamagedError, leave_file, take_files
from spanledger_server.simulate.systems.message import Message

SENT = Message("export/1", {"traceparent": "00-1-2-01"}, {"lines": [{"time_entry": ["TE-1"], "hours": "7.5"}]})


def test_a_file_brings_its_context_and_is_taken_once(tmp_path: Path) -> None:
    leave_file(tmp_path, "boomi", SENT)
    (found,) = take_files(tmp_path, "boomi")
    assert (found.reference, found.headers) == (SENT.reference, SENT.headers)
    assert found.record["lines"] == [['["TE-1"]', "7.5", ""]]
    assert take_files(tmp_path, "boomi") == []
    assert take_files(tmp_path, "netsuite") == []


def test_a_file_that_is_not_the_manifests_is_refused(tmp_path: Path) -> None:
    leave_file(tmp_path, "boomi", SENT)
    (tmp_path / "boomi" / "export-1.csv").write_text("cut off", encoding="utf-8")
    with pytest.raises(FileDamagedError, match=r"export-1\.csv"):
        take_files(tmp_path, "boomi")
