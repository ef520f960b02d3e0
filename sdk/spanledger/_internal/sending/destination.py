"""Where spans go, and how: from `configure`'s arguments, and OpenTelemetry's standard variables where those are silent."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from opentelemetry.util.re import parse_env_headers

from spanledger._internal.problems import PROBLEMS

HTTP: Final = "http/protobuf"
GRPC: Final = "grpc"
TRACES_PATH: Final = "/v1/traces"
COMPRESSIONS: Final = ("none", "gzip", "deflate")
_DEFAULTS: Final = {HTTP: "http://127.0.0.1:4318", GRPC: "http://127.0.0.1:4317"}
DEFAULT_TIMEOUT: Final = 10.0
LONGEST: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A collector. `url` is the whole address for HTTP, the server's for gRPC; `timeout` in seconds for one request."""

    url: str = _DEFAULTS[HTTP] + TRACES_PATH
    protocol: str = HTTP
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = DEFAULT_TIMEOUT
    compression: str = "none"
    certificate: str | None = None
    client_key: str | None = None
    client_certificate: str | None = None

    @property
    def key(self) -> str:
        """Tells collectors and tenants apart without telling the credential: what waits for one must not reach another."""
        told = "\n".join([self.url, *(f"{name}={value}" for name, value in sorted(self.headers.items()))])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def destination(
    environ: Mapping[str, str],
    *,
    endpoint: str | None,
    protocol: str,
    headers: Mapping[str, str],
    timeout: float | None,
) -> Destination:
    """The destination that checked arguments and the environment make; a variable that cannot be meant is logged.

    Variables for traces alone count for more than those for all signals, as OpenTelemetry specifies.
    """

    def said(name: str) -> str | None:
        return environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}") or environ.get(f"OTEL_EXPORTER_OTLP_{name}") or None

    return Destination(
        url=endpoint or _url(environ, protocol),
        protocol=protocol,
        headers={**parse_env_headers(said("HEADERS") or "", liberal=True), **headers},
        timeout=timeout or _timeout(said("TIMEOUT")),
        compression=_compression(said("COMPRESSION")),
        certificate=said("CERTIFICATE"),
        client_key=said("CLIENT_KEY"),
        client_certificate=said("CLIENT_CERTIFICATE"),
    )


def with_path(base: str) -> str:
    """The address of traces under a base address, unless it has the path already."""
    return base if base.endswith(TRACES_PATH) else base.rstrip("/") + TRACES_PATH


def _url(environ: Mapping[str, str], protocol: str) -> str:
    if whole := environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        return whole
    base = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or _DEFAULTS[protocol]
    return base if protocol == GRPC else with_path(base)


def _timeout(said: str | None) -> float:
    if said is None:
        return DEFAULT_TIMEOUT
    try:
        seconds = float(said)
    except ValueError:
        seconds = 0.0
    if 0 < seconds <= LONGEST:
        return seconds
    PROBLEMS.report("timeout", "OTEL_EXPORTER_OTLP_TIMEOUT=%r is no number of seconds; 10 is used", said)
    return DEFAULT_TIMEOUT


def _compression(said: str | None) -> str:
    wanted = (said or "none").strip().lower()
    if wanted in COMPRESSIONS:
        return wanted
    PROBLEMS.report("compression", "OTEL_EXPORTER_OTLP_COMPRESSION=%r is not spoken; nothing is compressed", said)
    return "none"
