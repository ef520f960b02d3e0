"""`spanledger correlator`."""

from __future__ import annotations

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.settings import Settings


@with_settings("dsn", "pack", "definitions_dir", "correlate_every", "log_level", "log_format")
def command(settings: Settings) -> None:
    """Run the correlator alone: committed spans in, transactions out.

    It needs a ClickHouse server (--dsn clickhouse://…), because an embedded store belongs to one process. Run one of it.
    """
    # The engine and the servers take a second to import: not before the options are known to be right.
    from spanledger_server.up import Chosen, run  # noqa: PLC0415

    run(settings, Chosen.CORRELATOR, typer.echo)
