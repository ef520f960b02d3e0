"""The command line of the backfill."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from spanledger_server.backfill.progress import Progress as Reached
from spanledger_server.backfill.run import Backfill, Options, Report

HELP = """
Turn an event log (CSV or Parquet, one row an event) into business spans with their original times, and send them.

The mapping says which columns make which parts of a span:

\b
    system: sap
    event_id: "{event_id}"          # leave it out: the row's position counts
    time: {column: posted_at, zone: Europe/Amsterdam}
    step:
      from: activity
      names:
        Record Goods Receipt: goods_receipt.recorded
        Post Failed: {step: invoice.posted, outcome: failure, error: validation}
      other: refuse                 # or skip
    entities:
      purchase_order_item: "{document}_{item}"
      time_entry: {list: time_entries, separator: ";"}
    objects:                        # a column of type:id, for object-centric logs
      column: objects
      types: {declaration: expense_report, permit: permit}
    amount: {value: "{amount}", currency: EUR, steps: [invoice.posted]}
    attributes: {account.tier: "{tier}"}
    id_scope: "{company}"
    where: [{column: lifecycle, in: [complete]}]
    csv: {delimiter: ";"}

Columns stand in braces, with filters behind a bar: {activity|slug}, lower, upper, strip. examples/ holds mappings and
process definitions for nineteen real logs.

Ids come from the event id or the row's position, never from the content: run twice, nothing doubles. Ctrl-C leaves a
progress file; the same command goes on from there. Exit code 0: every row is there or was left out by the mapping. 1: it
is not, and the message says why.
"""


def backfill(  # noqa: PLR0913, PLR0917 - each is an argument or option of the command line
    file: Annotated[Path, typer.Argument(help="The event log: .csv, .tsv, .txt, or Parquet.", show_default=False)],
    mapping: Annotated[
        Path, typer.Option("--mapping", "-m", help="The mapping of its columns, YAML.", show_default=False)
    ],
    endpoint: Annotated[str, typer.Option(help="The collector's OTLP/HTTP address.")] = "http://127.0.0.1:4318",
    token: Annotated[
        str | None,
        typer.Option(help="The token of the tenant to send to.", envvar="SPANLEDGER_TOKEN", show_envvar=True),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(help="The progress file; without it, one in the user's state directory.", show_default=False),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin at the first row, whatever was sent before.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Make every span and send none.")] = False,
    batch_size: Annotated[int, typer.Option(min=1, max=100_000, help="Rows in one request.")] = 1_000,
    in_flight: Annotated[int, typer.Option(min=1, max=64, help="Requests under way at once.")] = 4,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to go on trying while the collector is busy or away.")
    ] = 300.0,
) -> None:
    """See HELP, which the command line shows."""
    console = Console(highlight=False, soft_wrap=True)
    options = Options(file, mapping, endpoint, token, state, restart, dry_run, batch_size, in_flight, patience)
    run = Backfill(options)
    if run.report.resumed_at:
        console.print(f"Going on after row {run.report.resumed_at:,} (begin again with --restart).")
    try:
        report = _with_bar(run, Console(stderr=True))
    except KeyboardInterrupt:
        console.print(f"Interrupted after row {run.report.progress.rows:,}. The same command goes on from there.")
        raise typer.Exit(130) from None
    _tell(console, report, dry_run=dry_run)
    if report.progress.rejected or report.repeated_ids:
        raise typer.Exit(1)


backfill.__doc__ = HELP


def _with_bar(run: Backfill, console: Console) -> Report:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(run.log.path.name, total=run.log.rows, completed=run.report.resumed_at, rate="")

        def advanced(progress: Reached) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=progress.rows, rate=f"{speed:,.0f} rows/s" if speed else "")

        return run.run(advanced)


def _tell(console: Console, report: Report, *, dry_run: bool) -> None:
    progress = report.progress
    done = "would be sent" if dry_run else "were sent"
    console.print(
        f"{progress.rows:,} rows read, {progress.sent:,} spans {done}, {progress.filtered:,} left out by the mapping."
    )
    if progress.rejected:
        console.print(f"{progress.rejected:,} spans were refused by the collector.")
    for message, times in report.messages.most_common():
        console.print(f"  the collector said, {times:,} times: {message}", markup=False)
    if report.repeated_ids:
        console.print(
            f"{report.repeated_ids:,} rows share their event id with another row, and only one of each is kept. "
            "Take a column that tells them apart, or leave `event_id` out: then the position counts.",
        )
