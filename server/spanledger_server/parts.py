"""The parts that run over an open store, each made from the settings: how to start it and how to stop it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from pydantic import SecretStr

from spanledger_api import Access, create_app, token_digest
from spanledger_api.access.identity import IdentityProvider, ProviderSettings
from spanledger_api.app import utc_now
from spanledger_api.clickhouse import create_clickhouse_app
from spanledger_api.replays.dispatch import Dispatch
from spanledger_api.zones import Zones
from spanledger_collector import Collector, CollectorConfig
from spanledger_collector.config import Tls
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_server import progress
from spanledger_server.admin.door import AdminDoor
from spanledger_server.admin.operation import Premises
from spanledger_server.http_server import HttpServer
from spanledger_server.listening import check_free, listen
from spanledger_server.monitoring import monitoring_app
from spanledger_server.settings import MEBIBYTE, Settings, names, token_tenants
from spanledger_store import QueryLimits, Store

_log = logging.getLogger("spanledger")


class Part(Protocol):
    """Something that runs in threads of its own between `start` and `stop`."""

    def start(self) -> None:
        """Begin; whatever forbids it is raised here."""

    def stop(self, timeout: float) -> None:
        """Finish what is under way, within `timeout` seconds."""


def collector(settings: Settings, store: Store) -> Collector:
    """What receives OTLP and commits it.

    Raises:
        SettingInvalid: a port is taken.
    """
    check_free("otlp_grpc_address", settings.otlp_grpc_address)
    check_free("otlp_http_address", settings.otlp_http_address)
    config = CollectorConfig(
        http_address=(settings.otlp_http_address.host, settings.otlp_http_address.port),
        grpc_address=(settings.otlp_grpc_address.host, settings.otlp_grpc_address.port),
        default_tenant=settings.default_tenant,
        tokens=_tenants_by_digest(settings.ingest_tokens),
        tls=_tls(settings),
        cors_origins=settings.otlp_cors_origins,
        max_body_bytes=settings.max_body_bytes,
        # Room for a few of the largest requests at once, and never less than a quarter of a gigabyte.
        max_in_flight_bytes=max(256 * MEBIBYTE, 4 * settings.max_body_bytes),
    )
    return Collector(store, config)


def correlator(settings: Settings, store: Store, definitions: Definitions) -> Correlator:
    """What makes transactions of the committed spans."""
    return Correlator(store, definitions, every=settings.correlate_every)


def admin(
    settings: Settings,
    store: Store,
    definitions: Definitions,
    correlating: Correlator,
    on_failure: Callable[[str], None],
) -> Part:
    """What carries out commands on the store that this process holds."""
    return AdminDoor(settings.dsn, Premises(store, definitions, correlating), on_failure)


def api(settings: Settings, store: Store, definitions: Definitions, on_failure: Callable[[str], None]) -> Part:
    """What answers questions over HTTP.

    Raises:
        SettingInvalid: the port is taken.
    """
    app = create_app(
        store,
        definitions,
        access=_access(settings),
        zones=Zones(settings.legal_entity_zones),
        open_reading=Reading,
        dispatch=_dispatch(settings, definitions),
        limits=_limits(settings),
    )
    app.include_router(progress.router)
    return HttpServer("http-api", app, listen("api_address", settings.api_address), on_failure)


def clickhouse(settings: Settings, store: Store, on_failure: Callable[[str], None]) -> Part:
    """What lets an embedded store be read as a ClickHouse server is.

    Raises:
        SettingInvalid: the port is taken.
    """
    app = create_clickhouse_app(store, access=_access(settings), clock=utc_now, limits=_limits(settings))
    listening = listen("clickhouse_address", settings.clickhouse_address)
    return HttpServer("http-clickhouse", app, listening, on_failure)


def monitoring(settings: Settings, store: Store, receiving: Collector, on_failure: Callable[[str], None]) -> Part:
    """What says how the process is.

    Raises:
        SettingInvalid: the port is taken.
    """
    app = monitoring_app(store, [receiving.registry])
    return HttpServer("http-monitoring", app, listen("monitoring_address", settings.monitoring_address), on_failure)


def _dispatch(settings: Settings, definitions: Definitions) -> Dispatch:
    """Where replays are sent. An endpoint without its secret, or the other way round, is a slip worth a warning."""
    secrets = {name: secret.get_secret_value() for name, secret in settings.replay_secrets.items()}
    declared = {rule.name for rule in definitions.replays}
    for name in sorted(declared - secrets.keys()):
        _log.warning("The replay endpoint %s has no secret: nothing is sent to it. %s", name, names(["replay_secrets"]))
    for name in sorted(secrets.keys() - declared):
        _log.warning("There is a secret for the replay endpoint %s, which no definition declares", name)
    return Dispatch(definitions.replays, secrets)


def _access(settings: Settings) -> Access:
    return Access(
        tokens=_tenants_by_digest(settings.api_tokens) or {},
        provider=_provider(settings),
        default_tenant=settings.default_tenant,
        requests_per_second=settings.api_requests_per_second,
    )


def _limits(settings: Settings) -> QueryLimits:
    return QueryLimits(settings.api_query_seconds, settings.api_query_rows, settings.api_query_memory_bytes)


def _provider(settings: Settings) -> IdentityProvider | None:
    if not settings.identity_issuer:
        return None
    return IdentityProvider(
        ProviderSettings(
            issuer=settings.identity_issuer,
            audience=settings.identity_audience,
            tenant=settings.default_tenant,
            tenant_claim=settings.identity_tenant_claim,
            roles_claim=settings.identity_roles_claim,
        )
    )


def _tls(settings: Settings) -> Tls | None:
    if settings.otlp_tls_certificate is None or settings.otlp_tls_key is None:
        return None
    return Tls(settings.otlp_tls_certificate, settings.otlp_tls_key, settings.otlp_tls_client_authority)


def _tenants_by_digest(tokens: Mapping[str, SecretStr]) -> dict[str, str] | None:
    """What a part keeps of the tokens; None where nobody is asked for one."""
    return {token_digest(token): tenant for token, tenant in token_tenants(tokens).items()} or None
