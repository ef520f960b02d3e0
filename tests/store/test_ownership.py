"""One process owns an embedded directory: real processes, real signals."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from spanledger_store import SettingInvalid, Store
from tests.store.owning import answer, owner, run


def test_a_second_process_is_told_who_owns_the_directory(tmp_path: Path) -> None:
    with owner(tmp_path / "data") as first:
        said = answer(tmp_path / "data")
    assert said == (
        f"store_busy|False|The store in {tmp_path}/data is in use by another Spanledger (process {first.pid}). "
        "Stop that one, talk to it through its API, or give this one another directory."
    )


def test_a_killed_owner_leaves_the_directory_free_and_its_rows_in_it(tmp_path: Path) -> None:
    with owner(tmp_path) as first:
        first.kill()
        assert first.wait() == -signal.SIGKILL
        with owner(tmp_path) as second:
            assert (tmp_path / "spanledger.lock").read_text() == str(second.pid)
    rows = "import sys; from spanledger_store import Store; print(Store.open(sys.argv[1]).rows('SELECT * FROM kept'))"
    printed = run(rows, f"chdb://{tmp_path}")
    assert printed.strip() == "[{'Number': 7}, {'Number': 7}]"


def test_the_owner_hands_nothing_to_its_child_processes(tmp_path: Path) -> None:
    inheriting = """
import subprocess, sys
from pathlib import Path
from spanledger_store import ownership
ownership.own(Path(sys.argv[1]))
sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
print(subprocess.Popen(sleep, stdout=subprocess.DEVNULL, close_fds=False).pid)
"""
    child = int(run(inheriting, tmp_path))
    try:
        with owner(tmp_path):
            os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_directory_is_free_after_the_last_of_several_claims(tmp_path: Path) -> None:
    claiming = """
import sys
from pathlib import Path
from spanledger_store import ownership
from tests.store.owning import answer
path = Path(sys.argv[1])
ownership.own(path)
ownership.own(path)
ownership.disown(path)
print(answer(path).split("|")[0])
ownership.disown(path)
print(answer(path))
"""
    assert run(claiming, tmp_path).split() == ["store_busy", "open"]


def test_a_second_directory_in_one_process_is_refused(engine_directory: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refused:
        Store.open(f"chdb://{tmp_path}/other")
    assert str(refused.value) == (
        f"This process already runs the embedded engine over {engine_directory}; it cannot open {tmp_path}/other as "
        "well. Use one embedded store per process."
    )
    assert not (tmp_path / "other").exists()


def test_a_path_below_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, reason in ((tmp_path / "file" / "data", "Not a directory"), (tmp_path / "file", "File exists")):
        assert answer(path) == (
            f"store_unavailable|True|The store's directory {path} cannot be written: {reason}. "
            "Check that it exists, has space and belongs to this user."
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert answer(tmp_path).startswith(
        f"store_unavailable|True|The store's directory {tmp_path} cannot be written: Permission denied."
    )


def test_a_disk_that_takes_nothing_is_refused(tmp_path: Path) -> None:
    full = """
import resource, sys
from pathlib import Path
from spanledger_store import StoreUnavailable, ownership
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
for attempt in range(2):
    try:
        ownership.own(Path(sys.argv[1]))
    except StoreUnavailable as error:
        print(error.message)
"""
    printed = run(full, tmp_path)
    assert printed == 2 * f"The store's directory {tmp_path} cannot be written: File too large.\n"
