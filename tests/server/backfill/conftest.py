"""Fixtures of the backfill's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.backfill.receiver import Receiver, receiving

MAPPING = """\
system: erp
time: at
step: "thing.{activity|slug}"
entities:
  thing: "{case}"
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything until told otherwise."""
    with receiving() as running:
        yield running


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a text file into the test's folder."""

    def writing(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return writing


@pytest.fixture
def mapping(write: Callable[[str, str], Path]) -> Path:
    """A small mapping, of the columns case, activity and at."""
    return write("mapping.yaml", MAPPING)


@pytest.fixture
def log(write: Callable[[str, str], Path]) -> Path:
    """Ten events of three cases; the first two rows are equal."""
    rows = ["A,Create It,2024-01-01T00:00:00Z"] * 2
    rows += [f"{'ABC'[row % 3]},Change It,2024-01-{row + 2:02d}T00:00:00Z" for row in range(8)]
    return write("log.csv", "case,activity,at\n" + "\n".join(rows) + "\n")


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Progress files stay within the test's folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"
