"""`spanledger migrate`."""

from __future__ import annotations

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.settings import Settings
from spanledger_store import Store


@with_settings("dsn")
def command(settings: Settings) -> None:
    """Bring the store's schema up to date and say what was applied.

    `spanledger up` does this at its start. Against a ClickHouse server, run it once before the parts of a new version.
    """
    with Store.open(settings.dsn) as store:
        applied = store.migrate()
    for name in applied:
        typer.echo(f"applied {name}")
    if not applied:
        typer.echo("The schema is up to date.")
