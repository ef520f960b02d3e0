"""The options that the commands share: where to send, and what a business span can say."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import spanledger as sl
from spanledger import attributes as names
from spanledger._internal.context_scope import ContextScope
from spanledger._internal.details import RESERVED
from spanledger._internal.settings import Settings, resolve
from spanledger.errors import ConfigurationError

_CARRIED: Final = ("TRACEPARENT", "TRACESTATE", "BAGGAGE")
_SENDING: Final = """Where to send, unless these options say so, is read from OpenTelemetry's standard variables:
OTEL_EXPORTER_OTLP_ENDPOINT (http://127.0.0.1:4318 without it), OTEL_EXPORTER_OTLP_HEADERS
(authorization=Bearer%20TOKEN), OTEL_SERVICE_NAME. What the collector does not take waits in SPANLEDGER_SPOOL, and
`spanledger flush` sends it on."""


def parser(command: str, summary: str, more: str = "") -> argparse.ArgumentParser:
    """A parser with the options of where to send."""
    found = argparse.ArgumentParser(
        prog=f"spanledger {command}",
        description=f"{summary}\n\n{more}".strip(),
        epilog=_SENDING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    to = found.add_argument_group("where to send")
    to.add_argument("--endpoint", metavar="URL", help="the collector's base address")
    to.add_argument("--protocol", metavar="NAME", help="http/protobuf, or grpc where spanledger[grpc] is installed")
    to.add_argument(
        "--token-file",
        metavar="FILE",
        type=Path,
        help="holds the collector's token; on a command line everybody on the machine could read it",
    )
    to.add_argument("--service", metavar="NAME", help="who sends")
    to.add_argument("--spool", metavar="FOLDER", help="where what is not taken waits")
    return found


def settings(given: argparse.Namespace) -> Settings:
    """The settings that the options and the environment make.

    Raises:
        ConfigurationError: an option that cannot be meant.
    """
    return resolve(
        os.environ,
        endpoint=given.endpoint,
        protocol=given.protocol,
        token=token(given),
        headers=None,
        timeout=None,
        spool=given.spool,
        service_name=given.service,
    )


def token(given: argparse.Namespace) -> str | None:
    """The token in the file that is named. Raises `ConfigurationError` where there is none."""
    if given.token_file is None:
        return None
    try:
        found: str = given.token_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"--token-file {given.token_file}: {error}") from error
    return found


def add_span(found: argparse.ArgumentParser) -> None:
    """The options that say what happened."""
    what = found.add_argument_group("what happened")
    what.add_argument(
        "--step", required=True, metavar="NAME", help="<entity>.<past participle>: invoice.posted, time_entry.imported"
    )
    what.add_argument(
        "--entity", action="append", default=[], metavar="TYPE=ID", help="what it touches; may be given several times"
    )
    what.add_argument("--alias", action="append", default=[], metavar="TYPE=ID", help="another id of that entity")
    what.add_argument(
        "--attribute", action="append", default=[], metavar="TYPE.KEY=VALUE", help="a fact: account.tier=platinum"
    )
    what.add_argument("--amount", metavar="'NUMBER CURRENCY'", help="'48200.00 EUR'")
    what.add_argument("--quantity", metavar="'NUMBER UNIT'", help="'7.5 hours'")
    what.add_argument("--records", type=int, metavar="COUNT", help="the size of a batch")
    what.add_argument("--process", metavar="NAME", help="the process, where the step belongs to several")
    what.add_argument("--transaction", metavar="PROCESS/ROOT", help="the transaction, invoice-to-cash/INV-1042")
    what.add_argument("--system", metavar="NAME", help="where it happened: netsuite")
    what.add_argument("--id-scope", metavar="NAME", help="a name space of the ids")
    what.add_argument("--legal-entity", metavar="NAME", help="in whose books")
    what.add_argument("--region", metavar="NAME")
    what.add_argument("--due-at", metavar="TIME", help="an explicit deadline, RFC 3339")
    what.add_argument("--idempotency-key", metavar="KEY", help="the same for a retry, another for a duplicate")
    what.add_argument("--attempt", type=int, metavar="NUMBER", help="from 1")
    what.add_argument("--replay-of", metavar="ID", help="what this replays")
    what.add_argument("--impact", choices=names.IMPACTS)


def said(given: argparse.Namespace) -> dict[str, Any]:
    """The keyword arguments of `step` and `emit` that the options make.

    Raises:
        ConfigurationError: an option that cannot be read.
    """
    told: dict[str, Any] = {
        name: value
        for name in (
            "process", "transaction", "system", "id_scope", "legal_entity", "region", "due_at", "idempotency_key",
            "attempt", "replay_of", "impact",
        )
        if (value := getattr(given, name)) is not None
    }  # fmt: skip
    if given.records is not None:
        told["record_count"] = given.records
    for name in ("amount", "quantity"):
        if (value := getattr(given, name)) is not None:
            told[name] = _pair(name, value)
    told["aliases"] = _by_type("--alias", given.alias)
    facts: dict[str, dict[str, str]] = {}
    for left, value in _split("--attribute", given.attribute, "TYPE.KEY=VALUE"):
        entity_type, dot, key = left.partition(".")
        if not (dot and key):
            raise ConfigurationError(f"--attribute {left}={value}: it must be TYPE.KEY=VALUE, account.tier=platinum")
        facts.setdefault(entity_type, {})[key] = value
    told["attributes"] = facts
    entities = _by_type("--entity", given.entity)
    if taken := sorted(entities.keys() & (RESERVED | {"at", "started_at"})):
        raise ConfigurationError(
            f"--entity {taken[0]}=...: no entity type can be called that; see --help for the options"
        )
    return told | entities


def context_around() -> ContextScope:
    """The trace and the transaction that this process's environment carries, as OpenTelemetry names the variables."""
    return sl.extract({name.lower(): os.environ[name] for name in _CARRIED if name in os.environ})


def context_for_a_child() -> dict[str, str]:
    """The environment variables that carry the current step to a child process."""
    return {name.upper(): value for name, value in sl.inject({}).items()}


def _by_type(option: str, given: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entity_type, value in _split(option, given, "TYPE=ID"):
        found.setdefault(entity_type, []).append(value)
    return found


def _split(option: str, given: Iterable[str], form: str) -> list[tuple[str, str]]:
    pairs = []
    for one in given:
        left, equals, right = one.partition("=")
        if not (left and equals and right):
            raise ConfigurationError(f"{option} {one}: it must be {form}")
        pairs.append((left, right))
    return pairs


def _pair(name: str, value: str) -> tuple[str, str]:
    parts = value.split()
    if len(parts) != 2:
        raise ConfigurationError(f"--{name} {value!r}: it must be a number and what it counts, '48200.00 EUR'")
    return parts[0], parts[1]
