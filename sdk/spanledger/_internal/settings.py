"""What `configure` was told and what the environment adds, checked once."""

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from spanledger._internal.problems import PROBLEMS
from spanledger._internal.redaction import Redaction
from spanledger._internal.sending.destination import GRPC, HTTP, LONGEST, Destination, destination, with_path
from spanledger.errors import ConfigurationError

SPOOL: Final = "SPANLEDGER_SPOOL"
"""Names the folder for spans that wait for the collector, or is `off`."""
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Checked settings. Times in seconds, sizes in spans."""

    service_name: str | None = None
    system: str | None = None
    legal_entity: str | None = None
    region: str | None = None
    id_scope: str | None = None
    destination: Destination = field(default_factory=Destination)
    queue_size: int = 20_000
    batch_size: int = 512
    delay: float = 1.0
    exit_timeout: float = 5.0
    spool: Path | None = None
    spool_megabytes: int = 64
    redaction: Redaction = field(default_factory=Redaction)

    def __post_init__(self) -> None:
        for name in ("service_name", "system", "legal_entity", "region", "id_scope"):
            value = getattr(self, name)
            _check(value is None or (isinstance(value, str) and value.strip() != ""), name, value, "a text, not empty")
        for name, value in (("delay", self.delay), ("exit_timeout", self.exit_timeout)):
            _check_seconds(name, value)
        for name, what in (("queue_size", "spans"), ("batch_size", "spans"), ("spool_megabytes", "megabytes")):
            value = getattr(self, name)
            _check(_is_whole(value) and value > 0, name, value, f"a number of {what} above 0")
        _check(self.batch_size <= self.queue_size, "batch_size", self.batch_size, f"at most {self.queue_size=}")

    @property
    def spool_folder(self) -> Path | None:
        """Where spans for this destination wait; None if they do not."""
        return None if self.spool is None else self.spool / self.destination.key


def resolve(
    environ: Mapping[str, str],
    *,
    endpoint: str | None,
    protocol: str | None,
    token: str | None,
    headers: Mapping[str, str] | None,
    timeout: float | None,
    spool: object = None,
    **others: object,
) -> Settings:
    """Settings from arguments and environment. Raises `ConfigurationError` for an argument that cannot be meant."""
    chosen = _protocol(environ, protocol)
    _check(token is None or (_is_header(token) and token.strip() != ""), "token", "(hidden)", "printable ASCII text")
    _check(headers is None or isinstance(headers, Mapping), "headers", type(headers), "a mapping of text to text")
    # Lower case: gRPC takes no other, and HTTP does not mind.
    sent = {str(key).lower(): value for key, value in (headers or {}).items()}
    for key, value in sent.items():
        # The value is not shown: it may be the token.
        _check(_is_header(key) and _is_header(value), f"headers[{key!r}]", "(hidden)", "printable ASCII text")
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    if timeout is not None:
        _check_seconds("timeout", timeout)
    return Settings(
        destination=destination(
            environ,
            endpoint=None if endpoint is None else _endpoint(endpoint, chosen),
            protocol=chosen,
            headers=sent,
            timeout=timeout,
        ),
        spool=_spool(environ, spool),
        **others,  # type: ignore[arg-type]  # checked field by field in __post_init__
    )


def _spool(environ: Mapping[str, str], argument: object) -> Path | None:
    """The folder of all destinations: the argument's, the variable's, else the user's own for programs' state."""
    if argument is False:
        return None
    if argument is not None and argument is not True:
        _check(isinstance(argument, str | os.PathLike) and str(argument) != "", "spool", argument, "a folder, or False")
        return Path(argument)  # type: ignore[arg-type]  # just checked
    said = environ.get(SPOOL, "").strip()
    if said.lower() in {"off", "false", "0", "none"}:
        return None
    if said:
        return Path(said)
    try:
        home = environ.get("XDG_STATE_HOME") or environ.get("LOCALAPPDATA") or Path.home() / ".local" / "state"
    except RuntimeError:
        PROBLEMS.report("spool", "there is no home folder; spans that the collector does not take wait in memory only")
        return None
    return Path(home) / "spanledger" / "spool"


def _protocol(environ: Mapping[str, str], argument: str | None) -> str:
    if argument is not None:
        _check(argument in (HTTP, GRPC), "protocol", argument, f"{HTTP!r} or {GRPC!r}")
        _check(argument == HTTP or _grpc_installed(), "protocol", argument, "installed: pip install 'spanledger[grpc]'")
        return argument
    wanted = environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") or HTTP
    if wanted == GRPC and _grpc_installed():
        return GRPC
    if wanted != HTTP:
        PROBLEMS.report("protocol", "the protocol %r is not available here; %s is used", wanted, HTTP)
    return HTTP


def _endpoint(endpoint: str, protocol: str) -> str:
    """The argument is a base address; over HTTP the traces' path is added unless it is there already."""
    example = "an address such as 'http://127.0.0.1:4318'"
    _check(isinstance(endpoint, str), "endpoint", endpoint, example)
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"configure(endpoint={endpoint!r}): {error}; it must be {example}") from error
    _check(parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0, "endpoint", endpoint, example)
    return endpoint if protocol == GRPC else with_path(endpoint)


def _grpc_installed() -> bool:
    return importlib.util.find_spec("grpc") is not None and (
        importlib.util.find_spec("opentelemetry.exporter.otlp.proto.grpc") is not None
    )


def _check_seconds(name: str, value: object) -> None:
    sound = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST
    _check(sound, name, value, "seconds above 0, a day at most")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _check(sound: bool, name: str, value: object, expected: str) -> None:
    if not sound:
        raise ConfigurationError(f"configure({name}={value!r}): it must be {expected}")
