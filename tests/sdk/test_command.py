"""The script `spanledger` and the commands that other distributions bring."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from spanledger._internal import command

MODULE = """
def main(argv):
    print({name!r}, argv)
    return {code}
"""


def install(directory: Path, entries: dict[str, str]) -> None:
    """A distribution with entry points, as an installer leaves it on the path."""
    described = directory / "demo-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
    lines = [f"{name} = {module}" for name, module in entries.items()]
    (described / "entry_points.txt").write_text("\n".join([f"[{command.GROUP}]", *lines, ""]))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path of this test's own: what is installed beside the SDK does not count."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(one for one in sys.path if "packages" not in one)])
    return tmp_path


def test_without_the_platform_it_says_how_to_get_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert path.is_dir()
    assert command.main(["up"]) == 1
    assert "pip install spanledger-platform" in capsys.readouterr().err


def test_the_platform_takes_every_command_that_is_not_anothers(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path / "demo_platform.py").write_text(MODULE.format(name="platform", code=3))
    (path / "demo_weather.py").write_text(MODULE.format(name="weather", code=0))
    install(path, {"platform": "demo_platform", "weather": "demo_weather"})
    assert command.main(["up", "--port", "1"]) == 3
    assert command.main([]) == 3
    assert command.main(["platform"]) == 3
    assert command.main(["weather", "now"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "platform ['up', '--port', '1']",
        "platform []",
        "platform ['platform']",
        "weather ['now']",
    ]


def test_an_entry_point_without_main_is_named(path: Path) -> None:
    (path / "demo_broken.py").write_text("")
    install(path, {"platform": "demo_broken"})
    with pytest.raises(TypeError, match="has no main"):
        command.main(["up"])
