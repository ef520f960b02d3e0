"""The reference pages that are made from the code: `python -m spanledger_server.reference docs` writes them.

A test compares them with what stands in docs/, so that a setting or an option cannot stay undocumented.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from spanledger._internal import command
from spanledger._internal.command import OWN
from spanledger_api.kpis.catalogue import KPIS
from spanledger_server.cli.commands import COMMANDS
from spanledger_server.cli.main import build
from spanledger_server.process_pages import MADE_BY, process_pages
from spanledger_server.settings import registry

_WIDTH = 100


def pages() -> dict[str, str]:
    """The text of every made page by its file name."""
    return {"settings.md": settings_page(), "commands.md": commands_page(), "kpis.md": kpis_page(), **process_pages()}


def settings_page() -> str:
    """Every setting with its variable, option, default and sentence."""
    return "\n".join([*_settings_lines(), ""])


def commands_page() -> str:
    """Every command with the help that it prints."""
    return "\n".join([*_commands_lines(), ""])


def kpis_page() -> str:
    """Every key figure in words and in SQL."""
    return "\n".join([*_kpis_lines(), ""])


def _kpis_lines() -> Iterator[str]:
    yield "# Key figures"
    yield ""
    yield MADE_BY
    yield ""
    yield "`/v1/kpis` tells them month by month, by legal entity, owner, client, region, project or reason ([api.md](api.md#key-figures))."
    yield "`verdicts` has a row per transaction with what is known of it at the clock, `exceptions` a row per problem. What takes"
    yield "time is told with its 90th percentile beside it. Money is added up currency by currency."
    for kpi in KPIS:
        yield ""
        yield f"## {kpi.name}"
        yield ""
        yield f"{kpi.words} Unit: {kpi.unit}."
        yield ""
        yield "```sql"
        yield kpi.sql
        yield "```"


def _settings_lines() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield MADE_BY
    yield ""
    yield "Each setting is an environment variable and, unless it is a secret, an option of the commands that use it."
    yield "An option wins over the variable, the variable over the default. An empty variable counts as not set. A value"
    yield "that makes no sense is refused at start, with the reason and exit code 1."
    yield ""
    yield "| variable | option | value | default | |"
    yield "|---|---|---|---|---|"
    for setting in registry():
        option = f"`{setting.option}`" if setting.option else "none: a secret"
        yield f"| `{setting.env}` | {option} | {setting.shape} | {setting.default} | {setting.description} |"


def _commands_lines() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield MADE_BY
    yield ""
    yield "Exit codes: 0 done, 1 refused or failed (the reason stands on the standard error output), 2 a command line that"
    yield "makes no sense."
    yield ""
    yield from _code(_help())
    for known in COMMANDS:
        yield ""
        yield f"## spanledger {known.name}"
        yield ""
        yield from _code(_help(known.name))
    for name in OWN:
        yield ""
        yield f"## spanledger {name}"
        yield ""
        yield from _code(_sdk_help(name))


def _help(*command: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        build(command, help_width=_WIDTH)([*command, "--help"], prog_name="spanledger")
    return out.getvalue()


def _sdk_help(name: str) -> str:
    out = io.StringIO()
    before = os.environ.get("COLUMNS")
    # Where argparse learns of the terminal's width.
    os.environ["COLUMNS"] = str(_WIDTH)
    try:
        with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
            command.main([name, "--help"])
    finally:
        os.environ.pop("COLUMNS") if before is None else os.environ.update(COLUMNS=before)
    return out.getvalue()


def _code(text: str) -> Iterator[str]:
    yield "```text"
    yield from (line.rstrip() for line in text.strip().splitlines())
    yield "```"


def write(folder: Path) -> None:
    """Write every made page into `folder`."""
    for name, text in pages().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
