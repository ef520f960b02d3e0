"""`spanledger discover`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.cli.since import moment_of
from spanledger_server.settings import Settings


@with_settings("dsn", "default_tenant")
def command(
    settings: Settings,
    root: Annotated[
        str, typer.Option(metavar="TYPE", help="The entity type that there is one transaction for each of.")
    ] = "",
    tenant: Annotated[str | None, typer.Option(help="Whose spans; without it, the default tenant's.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="90d|DATE", help="Only transactions that began since: 90d, or 2026-07-01.")
    ] = None,
    process: Annotated[str | None, typer.Option(metavar="NAME", help="What to call the process.")] = None,
    end: Annotated[
        str | None,
        typer.Option(metavar="STEP", help="The step that ends the process; without it, the one that ends the most."),
    ] = None,
    at_most: Annotated[int, typer.Option(min=1, help="A sample, if there are more transactions than this.")] = 100_000,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write; without it, the screen.")
    ] = None,
) -> None:
    """Propose a process definition from the spans that are there.

    Steps in their order, which of them are required or repeated, how long each takes (p50, p90, p95), limits and an SLA
    at p95, what joins a span to a transaction; with the counts that speak for each as comments. Read it, correct it, and
    put it into the folder of --definitions-dir.

    Without --root it lists the entity types that there are. Reads the store itself: while `spanledger up` holds an
    embedded one, stop that first.
    """
    # The engine takes a second to import: not before the options are known to be right.
    from spanledger_correlator.discover import Question, discover  # noqa: PLC0415
    from spanledger_store import Store  # noqa: PLC0415

    question = Question(
        tenant or settings.default_tenant, root, moment_of(since) if since else None, at_most, process, end
    )
    with Store.open(settings.dsn) as store, _progress() as progress:
        store.migrate()
        text = discover(store, question, progress)
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    typer.echo(f"Wrote {output}. Try it: spanledger up --definitions-dir {output.resolve().parent}")


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line that says what is being counted, on a terminal only."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Opening the store …") as status:
        yield lambda what: status.update(f"Counting {what} …")
