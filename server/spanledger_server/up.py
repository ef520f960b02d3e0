"""The composition root: opens the store, starts the chosen parts over it, and stops them when told to.

The collector starts last and stops first, so that whatever it acknowledges finds the rest running.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from enum import Flag, auto

from spanledger_api.access import api_keys
from spanledger_collector import tokens
from spanledger_correlator.definition.loading import load_definitions
from spanledger_server import __version__, exposure, logs, parts
from spanledger_server.lifetime import Lifetime
from spanledger_server.parts import Part
from spanledger_server.settings import PREFIX, Settings
from spanledger_store import SettingInvalid, SpanledgerError, Store
from spanledger_store.dsn import Embedded, parse_dsn

# Three parts one after the other, and the store's close, fit into the ten seconds of a lifetime.
_STOP_A_PART_WITHIN_SECONDS = 3.0


class Chosen(Flag):
    """Which parts this process runs."""

    COLLECTOR = auto()
    CORRELATOR = auto()
    API = auto()
    ALL = COLLECTOR | CORRELATOR | API


def run(settings: Settings, chosen: Chosen, say: Callable[[str], None]) -> None:
    """Run the chosen parts until SIGINT or SIGTERM; `say` gets the lines for the person who started it.

    Raises:
        SpanledgerError: nothing could be started, or a part broke; the message says what to do.
    """
    logs.configure(settings.log_level, settings.log_format)
    _refuse_early(settings, chosen)
    with Lifetime() as lifetime:
        began = time.monotonic()
        with Store.open(settings.dsn) as store, ExitStack() as running:
            _work_inside_the_store(settings)
            store.migrate()
            if Chosen.COLLECTOR in chosen:
                exposure.check_collector(settings, tokens_issued=bool(tokens.listed(store)))
            if Chosen.API in chosen:
                exposure.check_api(settings, keys_issued=bool(api_keys.listed(store)))
            for part in _parts(settings, store, chosen, lifetime):
                part.start()
                running.callback(part.stop, _STOP_A_PART_WITHIN_SECONDS)
            for line in _greeting(settings, chosen, time.monotonic() - began):
                say(line)
            failure = lifetime.wait()
            say("Stopping …")
        if failure is not None:
            raise SpanledgerError(failure, code="part_failed")
        say("Stopped. Everything that was acknowledged is stored.")


def _parts(settings: Settings, store: Store, chosen: Chosen, lifetime: Lifetime) -> list[Part]:
    own = [settings.definitions_dir] if settings.definitions_dir else []
    definitions = load_definitions(own, pack=settings.pack)
    made: list[Part] = []
    if Chosen.CORRELATOR in chosen:
        correlating = parts.correlator(settings, store, definitions)
        made += [correlating, parts.admin(settings, store, definitions, correlating, lifetime.fail)]
    if Chosen.API in chosen:
        made.append(parts.api(settings, store, definitions, lifetime.fail))
        if store.embedded:
            # A server is read as itself.
            made.append(parts.clickhouse(settings, store, lifetime.fail))
    if Chosen.COLLECTOR in chosen:
        receiving = parts.collector(settings, store)
        made += [parts.monitoring(settings, store, receiving, lifetime.fail), receiving]
    return made


def _refuse_early(settings: Settings, chosen: Chosen) -> None:
    """What the settings alone forbid, before the engine is started."""
    target = parse_dsn(settings.dsn)
    # A store that is not there yet has no tokens and no keys.
    if isinstance(target, Embedded) and not target.path.exists():
        if Chosen.COLLECTOR in chosen:
            exposure.check_collector(settings, tokens_issued=False)
        if Chosen.API in chosen:
            exposure.check_api(settings, keys_issued=False)
    if chosen is not Chosen.ALL and isinstance(target, Embedded):
        raise SettingInvalid(
            f"An embedded store belongs to one process, so its parts cannot run apart: {settings.dsn}.",
            hint=f"Use `spanledger up`, or give {PREFIX}DSN a server: clickhouse://user:password@host:8123/database.",
        )


def _work_inside_the_store(settings: Settings) -> None:
    """Leave the folder that the process was started in: it may be read-only, and it is not ours to write to.

    The embedded engine keeps the schemas of the messages that it decodes in `__cache__` of the working directory,
    and refuses to decode where it cannot. No option of it names another place.
    """
    target = parse_dsn(settings.dsn)
    if isinstance(target, Embedded):
        os.chdir(target.path)


def _greeting(settings: Settings, chosen: Chosen, seconds: float) -> list[str]:
    target = parse_dsn(settings.dsn)
    # Put together from the parts that hold no password.
    place = target.path if isinstance(target, Embedded) else f"{target.host}:{target.port}/{target.database}"
    lines = [f"Spanledger {__version__} {logs.READY} {seconds:.1f} s."]
    if Chosen.COLLECTOR in chosen:
        scheme = "https" if settings.otlp_tls_certificate else "http"
        lines.append(
            f"  spans       OTLP/gRPC {settings.otlp_grpc_address}, OTLP/HTTP {scheme}://{settings.otlp_http_address}"
        )
    if Chosen.API in chosen:
        address = f"http://{settings.api_address}"
        lines.append(f"  to read     {address}/ shows what is stuck")
        lines.append(f"  questions   {address}/v1/stuck, all of them: {address}/docs")
        if isinstance(target, Embedded):
            lines.append(f"  SQL         http://{settings.clickhouse_address}/ for Grafana and every ClickHouse client")
    if Chosen.COLLECTOR in chosen:
        lines.append(f"  monitoring  http://{settings.monitoring_address}/metrics")
    return [*lines, f"  store       {place}", "Ctrl-C stops it."]
