"""What a collector needs to know before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Tls:
    """PEM files: the server's certificate (with its chain) and key, and the authority of the clients' certificates.

    With an authority, only clients that show a certificate of it are served.
    """

    certificate: Path
    key: Path
    client_authority: Path | None = None


@dataclass(frozen=True)
class CollectorConfig:
    """Addresses, credentials and limits. A port of 0 takes a free one. Delays are seconds.

    `tokens` maps the SHA-256 (hex) of a token to its tenant; those that the store keeps count as well. While there are
    none at all, every request belongs to `default_tenant`.
    """

    http_address: tuple[str, int] = ("127.0.0.1", 4318)
    grpc_address: tuple[str, int] = ("127.0.0.1", 4317)
    default_tenant: str = "default"
    tokens: Mapping[str, str] | None = None
    tokens_every: float = 2.0
    """How often the store is asked for its tokens."""
    tls: Tls | None = None
    """For both ports; None serves in clear."""
    cors_origins: tuple[str, ...] = ()
    """The web origins (`https://app.example.com`, or `*`) whose pages may send spans from a browser."""
    max_body_bytes: int = 64 * MEBIBYTE
    """The largest request, before and after decompression."""
    max_head_bytes: int = 32 * 1024
    """The longest head (request line and headers) of a request, the longest metadata of a call."""
    max_connections: int = 1000
    """How many connections OTLP/HTTP keeps open; one more is answered 503 and closed."""
    head_timeout: float = 10.0
    """A request's head has to arrive within this time."""
    idle_timeout: float = 60.0
    """A connection on which nothing happens for this long is closed, in a body as between requests."""
    group_max_bytes: int = 32 * MEBIBYTE
    """A group closes when it holds this much; one larger request makes a group of its own."""
    group_max_delay: float = 0.003
    """A group that could be committed at once waits this long for company."""
    commit_threads: int = 2
    """How many groups may be on their way into the store at one time."""
    max_in_flight_bytes: int = 128 * MEBIBYTE
    """Bytes received (after decompression) and not yet answered; beyond them senders are asked to wait. On its way a
    request is held up to three times: as received, cut for its group, and in the group."""

    def __post_init__(self) -> None:
        if self.max_in_flight_bytes < self.max_body_bytes:
            raise ValueError(
                f"max_in_flight_bytes ({self.max_in_flight_bytes}) is less than max_body_bytes ({self.max_body_bytes}): "
                "the largest request that is allowed could never be taken. Raise the one or lower the other."
            )
        if self.commit_threads < 1:
            raise ValueError(f"commit_threads is {self.commit_threads}: at least one thread has to commit.")
