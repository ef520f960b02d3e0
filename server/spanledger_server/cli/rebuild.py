"""`spanledger rebuild`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.cli.showing import bar
from spanledger_server.settings import Settings


@with_settings("dsn", "definitions_dir", "pack")
def command(
    settings: Settings,
    *,
    process: Annotated[
        str | None,
        typer.Option(metavar="PROCESS", help="Only judge this process's transactions anew.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Derive every answer anew from the stored spans, without downtime.

    A second set of tables is made beside the first, and takes its place when it has caught up: readers see the old
    answers, complete, until then, and new spans go on being counted. The result is what it was, unless something had
    gone wrong. Spanledger does this by itself when definitions change; so it is for doubt, and for proof.

    Ctrl-C gives it up and leaves everything as it was. Killed in the middle, the old answers stand too, and it can be
    started again. It needs the derived tables' room on disk once more.

    With --process nothing is read anew: the transactions of that process alone are stitched and judged from what was
    read before, each replaced when it is done.

    It runs inside the server that holds the store, or here if none does; --definitions-dir counts only then.
    """
    # The engine takes a second to import: not before the options are known to be right.
    from spanledger_server.admin.asking import carry_out  # noqa: PLC0415

    with bar("Rebuilding") as progress:
        result = carry_out(settings, "rebuild", {"process": process}, progress)
    if as_json:
        typer.echo(json.dumps(result))
        return
    what = f"Every transaction of {process} was judged" if process else "Everything was derived"
    typer.echo(
        f"{what} anew in {result['seconds']:,} s: {result['transactions']:,} transactions of {result['spans']:,} spans."
    )
