"""`spanledger api`."""

from __future__ import annotations

import typer

from spanledger_server.cli.options import API, with_settings
from spanledger_server.settings import Settings


@with_settings(
    "dsn",
    *API,
    "default_tenant",
    "legal_entity_zones",
    "pack",
    "definitions_dir",
    "log_level",
    "log_format",
)
def command(settings: Settings) -> None:
    """Run the API alone.

    It needs a ClickHouse server (--dsn clickhouse://…), because an embedded store belongs to one process. Several may run
    side by side. Keys stand in the store (`spanledger key`);
    tokens for whole tenants come from the environment only: SPANLEDGER_API_TOKENS.
    """
    # The engine and the servers take a second to import: not before the options are known to be right.
    from spanledger_server.up import Chosen, run  # noqa: PLC0415

    run(settings, Chosen.API, typer.echo)
