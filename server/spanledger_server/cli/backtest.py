"""`spanledger backtest`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.cli.showing import bar
from spanledger_server.settings import Settings

HELP = """
Run a changed process definition over history, beside the one in force, and print what would change.

Copy the definition, change it, and try it before it is switched on:

\b
    spanledger backtest invoice-to-cash.yaml --since 90d

Both definitions judge the same spans at the end of each week (Monday, midnight UTC) and now, by all that is known today.
The table counts the transactions of that process that would become

\b
    stuck     and are not by the definition in force
    breached  their SLA, as they do not by the definition in force (late completions count)
    quiet     neither stuck nor breached, and are one of them by the definition in force

with their money by currency: what is still open of it, and all of it where the transaction is closed. In the last line
each transaction counts once, at its newest change. Nothing is kept and nothing that answers is touched.

Exit code, for a check of definitions in CI: 0 nothing becomes stuck or breached, 3 something does, 1 refused (such as a
mistake in the file), 2 a command line that makes no sense.

It runs inside the server that holds the store, or here if none does; --definitions-dir counts only then, beside the
calendars that the file may count by.
"""

WORSE = 3
"""The exit code where something becomes stuck or breached."""


@with_settings("dsn", "definitions_dir", "pack", "default_tenant")
def command(
    settings: Settings,
    file: Annotated[
        Path, typer.Argument(metavar="DEFINITION", help="The changed definition, YAML.", show_default=False)
    ],
    *,
    since: Annotated[str, typer.Option(metavar="90d|DATE", help="How far back: 90d, or 2026-07-01.")] = "90d",
    tenant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose transactions; without it, the default tenant's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")] = False,
) -> None:
    """See HELP, which the command line shows."""
    # The engine takes a second to import: not before the options are known to be right.
    from spanledger_correlator.definition.loading import load_definitions, parse_definition  # noqa: PLC0415
    from spanledger_server.admin.asking import carry_out  # noqa: PLC0415
    from spanledger_server.cli.since import moment_of  # noqa: PLC0415

    begin = moment_of(since)
    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}", param_hint="DEFINITION")
    text = file.read_text(encoding="utf-8-sig")
    folder = settings.definitions_dir
    parse_definition(text, str(file), load_definitions([folder] if folder else [], pack=settings.pack).calendars)
    arguments = {
        "text": text,
        "path": str(file),
        "since": begin.isoformat(),
        "until": datetime.now(UTC).isoformat(),
        "tenant": tenant or settings.default_tenant,
    }
    with bar("Trying") as progress:
        result = carry_out(settings, "backtest", arguments, progress)
    typer.echo(json.dumps(result, indent=2) if as_json else "\n".join(_table(result)))
    if result["worse"]:
        raise typer.Exit(WORSE)


command.__doc__ = HELP


def _table(result: dict[str, Any]) -> Iterator[str]:
    current = result["current_version"]
    beside = f"beside version {current}" if current is not None else "which no definition in force declares"
    yield (
        f"{result['process']} version {result['changed_version']} {beside}, tenant {result['tenant']}, "
        f"{result['since'][:10]} to {result['until'][:10]}"
    )
    yield ""
    changes = ("stuck", "breached", "quiet")
    rows = [("at the end of", *(f"become {change}" for change in changes))]
    rows += [
        (moment["at"][:16].replace("T", " "), *(_cell(moment[change]) for change in changes))
        for moment in result["moments"]
    ]
    rows.append(("in all", *(_cell(result["in_all"][change]) for change in changes)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    if not any(result["in_all"][change]["transactions"] for change in changes):
        yield "Nothing would change."
        return
    for change in changes:
        examples = result["in_all"][change]["examples"]
        if examples:
            yield f"become {change}, for example: {', '.join(examples[:5])}"


def _cell(change: dict[str, Any]) -> str:
    money = ", ".join(f"{currency} {amount}" for currency, amount in change["money"].items())
    return "-" if not change["transactions"] else f"{change['transactions']:,}{f' ({money})' if money else ''}"
