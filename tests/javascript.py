"""Scripts that real JavaScript clients run, where node is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def run_script(script: Path, *arguments: str) -> str:
    """What a script printed that stands beside its `node_modules`. Skips the test without these, unless they are required."""
    node = shutil.which("node")
    if node is None or not (script.parent / "node_modules").is_dir():
        reason = f"The JavaScript clients beside {script.name} are not installed: `make test` does it where node and npm are."
        if os.environ.get("SPANLEDGER_TESTS_REQUIRE_NODE"):
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run([node, script, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
