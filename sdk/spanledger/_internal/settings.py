"""What `configure` was told and what the standard OpenTelemetry variables add, checked once."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from spanledger._internal.problems import PROBLEMS
from spanledger.errors import ConfigurationError

HTTP = "http/protobuf"
GRPC = "grpc"
_TRACES_PATH = "/v1/traces"
_LONGEST = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Checked settings. Times in seconds, sizes in spans."""

    service_name: str | None = None
    system: str | None = None
    legal_entity: str | None = None
    region: str | None = None
    id_scope: str | None = None
    endpoint: str | None = None
    protocol: str = HTTP
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None
    queue_size: int = 20_000
    batch_size: int = 512
    delay: float = 1.0
    exit_timeout: float = 5.0

    def __post_init__(self) -> None:
        for name in ("service_name", "system", "legal_entity", "region", "id_scope"):
            value = getattr(self, name)
            _check(value is None or (isinstance(value, str) and value.strip() != ""), name, value, "a text, not empty")
        for name in ("timeout", "delay", "exit_timeout"):
            value = getattr(self, name)
            _check(
                (value is None and name == "timeout") or (_is_number(value) and 0 < value <= _LONGEST),
                name,
                value,
                "seconds above 0, a day at most",
            )
        for name in ("queue_size", "batch_size"):
            value = getattr(self, name)
            _check(_is_whole(value) and value > 0, name, value, "a number of spans above 0")
        _check(self.batch_size <= self.queue_size, "batch_size", self.batch_size, f"at most {self.queue_size=}")
        for key, value in self.headers.items():
            # The value is not shown: it may be the token.
            _check(_is_header(key) and _is_header(value), f"headers[{key!r}]", "(hidden)", "printable ASCII text")


def resolve(
    environ: Mapping[str, str],
    *,
    endpoint: str | None,
    protocol: str | None,
    token: str | None,
    headers: Mapping[str, str] | None,
    timeout: float | None,
    **others: object,
) -> Settings:
    """Settings from arguments and environment. Raises `ConfigurationError` for an argument that cannot be meant."""
    chosen = _protocol(environ, protocol)
    _check(token is None or (_is_header(token) and token.strip() != ""), "token", "(hidden)", "printable ASCII text")
    _check(headers is None or isinstance(headers, Mapping), "headers", type(headers), "a mapping of text to text")
    # Lower case: gRPC takes no other, and HTTP does not mind.
    sent = {str(key).lower(): value for key, value in (headers or {}).items()}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    return Settings(
        endpoint=None if endpoint is None else _endpoint(endpoint, chosen),
        protocol=chosen,
        headers=sent,
        timeout=_timeout(environ) if timeout is None else timeout,
        **others,  # type: ignore[arg-type]  # checked field by field in __post_init__
    )


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


def _timeout(environ: Mapping[str, str]) -> float | None:
    """The standard variable, if it can be meant: some versions of the exporter refuse to start with another."""
    said = environ.get("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT") or environ.get("OTEL_EXPORTER_OTLP_TIMEOUT")
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        seconds = 0.0
    if 0 < seconds <= _LONGEST:
        return seconds
    PROBLEMS.report("timeout", "OTEL_EXPORTER_OTLP_TIMEOUT=%r is no number of seconds; 10 is used", said)
    return 10.0


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
    if protocol == GRPC or parts.path.endswith(_TRACES_PATH):
        return endpoint
    return endpoint.rstrip("/") + _TRACES_PATH


def _grpc_installed() -> bool:
    return importlib.util.find_spec("grpc") is not None and (
        importlib.util.find_spec("opentelemetry.exporter.otlp.proto.grpc") is not None
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _check(sound: bool, name: str, value: object, expected: str) -> None:
    if not sound:
        raise ConfigurationError(f"configure({name}={value!r}): it must be {expected}")
