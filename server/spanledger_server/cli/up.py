"""`spanledger up`."""

from __future__ import annotations

import typer

from spanledger_server.cli.options import API, with_settings
from spanledger_server.settings import Settings


@with_settings(
    "dsn",
    "otlp_grpc_address",
    "otlp_http_address",
    "clickhouse_address",
    "monitoring_address",
    "otlp_tls_certificate",
    "otlp_tls_key",
    "otlp_tls_client_authority",
    "take_spans_from_anyone",
    *API,
    "default_tenant",
    "legal_entity_zones",
    "otlp_cors_origins",
    "max_body_bytes",
    "pack",
    "definitions_dir",
    "correlate_every",
    "log_level",
    "log_format",
)
def command(settings: Settings) -> None:
    """Run the whole platform in one process: collector, correlator and API over one store.

    Point any OTLP exporter at 127.0.0.1:4318 (HTTP) or :4317 (gRPC) and ask 127.0.0.1:8080/v1/stuck. The embedded store
    belongs to this process alone. Ctrl-C or SIGTERM stops it within ten seconds.

    An address that other machines can reach needs credentials: `spanledger token` for senders, `spanledger key` for the
    API. Tokens can come from the environment too: SPANLEDGER_INGEST_TOKENS, SPANLEDGER_API_TOKENS.
    """
    # The engine and the servers take a second to import: not before the options are known to be right.
    from spanledger_server.up import Chosen, run  # noqa: PLC0415

    run(settings, Chosen.ALL, typer.echo)
