"""The command line of the simulation."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from spanledger_server.simulate.plan import FaultRates
from spanledger_server.simulate.plan.instant import moment
from spanledger_server.simulate.simulation import (
    SIZES,
    SimulationOptions,
    SimulationProgress,
    SimulationReport,
)
from spanledger_server.simulate.simulation import simulate as play
from spanledger_server.simulate.truth import truth, write_truth


class Faults(StrEnum):
    """How much goes wrong."""

    DEFAULT = "default"
    NONE = "none"
    ALL = "all"


class Processes(StrEnum):
    """Which processes of the pack the firm plays."""

    THREE = "three"
    ALL = "all"


_RATES = {Faults.DEFAULT: FaultRates.default, Faults.NONE: FaultRates.none, Faults.ALL: FaultRates.all}


def simulate(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    endpoint: Annotated[str, typer.Option(help="The collector's OTLP/HTTP address.")] = "http://127.0.0.1:4318",
    seed: Annotated[int, typer.Option(help="The same seed, size and period make the same firm.")] = 7,
    size: Annotated[
        str, typer.Option(help="small (100 invoices), medium (400), large (2000), or a number of invoices.")
    ] = "medium",
    months: Annotated[int, typer.Option(min=1, max=60, help="Months of business to play.")] = 6,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day (UTC) at whose start the business ends; without it, today."),
    ] = None,
    minutes: Annotated[float, typer.Option(min=0, help="How long it shall take; 0: as fast as it can.")] = 1.0,
    faults: Annotated[Faults, typer.Option(help="How much goes wrong.")] = Faults.DEFAULT,
    processes: Annotated[
        Processes,
        typer.Option(help="three (deals, hours and invoices, in four systems) or all of the pack (in nine)."),
    ] = Processes.THREE,
    truth_file: Annotated[
        Path | None,
        typer.Option("--truth", help="Write what is true of every transaction to this file.", show_default=False),
    ] = None,
    token: Annotated[
        str, typer.Option(help="The token of the tenant to send to.", envvar="SPANLEDGER_TOKEN", show_default=False)
    ] = "",
) -> None:
    """Play a professional-services firm and send its spans.

    Salesforce, Kantata, Boomi and NetSuite are programs of their own. They pass deals, hours, invoices and payments to
    one another over HTTP, a queue and a nightly file, and things go wrong on the way.
    """
    chosen = SimulationOptions(
        endpoint=endpoint,
        token=token,
        seed=seed,
        size=_invoices(size),
        months=months,
        until=until.date() if until else datetime.now(UTC).date(),
        minutes=minutes,
        rates=_RATES[faults](),
        whole=processes is Processes.ALL,
    )
    if truth_file is not None and not truth_file.resolve().parent.is_dir():
        raise typer.BadParameter(f"the directory of {truth_file} does not exist", param_hint="--truth")
    report = play_with_bar(chosen, Console(stderr=True))
    console = Console(highlight=False, soft_wrap=True)
    console.print(summary(report))
    if truth_file is not None:
        write_truth(truth(report.plan, time.time_ns()), truth_file)
        console.print(f"The truth is in {truth_file}.", markup=False)


def play_with_bar(options: SimulationOptions, console: Console) -> SimulationReport:
    """Play with a progress bar, if the console is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[spans]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("The firm opens", total=None, spans="")

        def shown(progress: SimulationProgress) -> None:
            bar.update(
                task,
                description=f"{moment(progress.day):%d %b %Y}",
                completed=progress.days_done,
                total=progress.days,
                spans=f"{progress.spans:,} spans",
            )

        return play(options, shown)


def summary(report: SimulationReport) -> str:
    """One sentence on what was played."""
    calls = sum(count for way, count in report.handed_on.items() if way.startswith("http"))
    queued, files = report.handed_on.get("queue", 0), report.handed_on.get("file", 0)
    return (
        f"{sum(report.spans.values()):,} spans from {len(report.spans)} systems in {report.seconds:.0f} s; they made "
        f"{calls:,} calls, queued {queued:,} messages and wrote {files:,} files."
    )


def _invoices(size: str) -> int:
    if size in SIZES:
        return SIZES[size]
    if size.isascii() and size.isdigit() and 0 < int(size) <= 100_000:
        return int(size)
    raise typer.BadParameter(f"{size!r} is not {', '.join(SIZES)} or a number from 1 to 100000", param_hint="--size")
