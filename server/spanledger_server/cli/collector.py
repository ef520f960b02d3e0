"""`spanledger collector`."""

from __future__ import annotations

import typer

from spanledger_server.cli.options import with_settings
from spanledger_server.settings import Settings


@with_settings(
    "dsn",
    "otlp_grpc_address",
    "otlp_http_address",
    "monitoring_address",
    "otlp_tls_certificate",
    "otlp_tls_key",
    "otlp_tls_client_authority",
    "take_spans_from_anyone",
    "default_tenant",
    "otlp_cors_origins",
    "max_body_bytes",
    "log_level",
    "log_format",
)
def command(settings: Settings) -> None:
    """Run the collector alone: OTLP in, committed rows out. An acknowledgement means: stored.

    It needs a ClickHouse server (--dsn clickhouse://…), because an embedded store belongs to one process. Several may run
    side by side. Tokens come from the environment only: SPANLEDGER_INGEST_TOKENS.
    """
    # The engine and the servers take a second to import: not before the options are known to be right.
    from spanledger_server.up import Chosen, run  # noqa: PLC0415

    run(settings, Chosen.COLLECTOR, typer.echo)
