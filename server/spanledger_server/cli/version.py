"""`spanledger version`."""

from __future__ import annotations

import platform
from importlib.metadata import version

import typer


def command() -> None:
    """Show the versions of Spanledger and of what it stands on: paste them into a report of a problem."""
    for name in ("spanledger-platform", "spanledger", "chdb-core", "clickhouse-connect"):
        typer.echo(f"{name} {version(name)}")
    typer.echo(f"python {platform.python_version()} on {platform.system()} {platform.machine()}")
