"""The command line of the demonstration."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from spanledger_server.cli.options import with_settings
from spanledger_server.demo import report
from spanledger_server.demo.platform import Platform, platform
from spanledger_server.demo.questions import Stuck, processes, stuck, wait_until_counted
from spanledger_server.settings import Settings
from spanledger_server.simulate.command import play_with_bar, summary
from spanledger_server.simulate.simulation import SIZES, SimulationOptions

_PROCESS = "invoice-to-cash"
# A pipe or a log has no width; the table needs some.
_WIDTH_WITHOUT_TERMINAL = 150


@with_settings("api_address", "clickhouse_address", "otlp_http_address", "otlp_grpc_address", "monitoring_address")
def command(
    settings: Settings,
    minutes: Annotated[float, typer.Option(min=0, help="How long the firm plays; 0: as fast as it can.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed on the same day makes the same firm.")] = 7,
    folder: Annotated[
        Path, typer.Option(help="Where its data goes; an earlier demonstration there is removed.")
    ] = Path("build/demo"),
    once: Annotated[bool, typer.Option("--once", help="End after the report instead of serving on.")] = False,
) -> None:
    """See it work: half a year of a simulated firm in a minute, then its stuck invoices.

    Starts `spanledger up` on an empty store, plays a professional-services firm whose Salesforce, Kantata, Boomi and
    NetSuite report through the SDK while things go wrong, and asks the API what is stuck, since when, for how much, why,
    and who must act. It serves on until Ctrl-C.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL)
    with _ends_on_sigterm(), platform(settings, folder) as running:
        _play(console, settings, seed, minutes)
        with console.status("Counting what was stored …") as status:
            wait_until_counted(running, lambda left: status.update(f"Counting what was stored: {left:,} spans left …"))
        _report(console, running)
        if not once:
            _serve_on(console, running)


def _play(console: Console, settings: Settings, seed: int, minutes: float) -> None:
    endpoint = f"http://{settings.otlp_http_address}"
    console.print(f"A firm of four systems reports half a year of its business to {endpoint}.")
    options = SimulationOptions(
        endpoint=endpoint, seed=seed, size=SIZES["medium"], until=datetime.now(UTC).date(), minutes=minutes
    )
    console.print(summary(play_with_bar(options, console)))


def _report(console: Console, running: Platform) -> None:
    found: Stuck = stuck(running, _PROCESS)
    console.print()
    console.print(report.headline(found), style="bold")
    if found.count:
        if console.width >= report.TABLE_WIDTH:
            console.print(report.table(found))
        else:
            for sentence in report.sentences(found):
                console.print(sentence)
        console.print(report.owners(found))
    others = [one for one in processes(running) if one.process != _PROCESS]
    for what, where in report.closing(running.api, found, others):
        console.print(f"{what + ':':<31}{where}", soft_wrap=True, markup=False)


def _serve_on(console: Console, running: Platform) -> None:
    console.print("\nIt serves on. Ctrl-C stops it.")
    try:
        running.process.wait()
    except KeyboardInterrupt:
        console.print("Stopped.")
    else:
        running.check()


@contextmanager
def _ends_on_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the program as Ctrl-C does, so that the platform is stopped too."""

    def end(_number: int, _frame: object) -> None:
        sys.exit(128 + signal.SIGTERM)

    former = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
