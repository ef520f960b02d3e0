"""Where a server listens: a host and a port, written `host:port`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

_SHAPE = "write host:port, for example 127.0.0.1:4318 or [::1]:4318"


@dataclass(frozen=True)
class Address:
    """A host name or IP address, and a port; port 0 takes any free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `host:port`, an IPv6 address in brackets.

        Raises:
            ValueError: the text has another shape, or the port is not between 0 and 65535.
        """
        host, colon, port = text.strip().rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if not colon or not host or (":" in host and not bracketed):
            raise ValueError(f"{text!r} is no address: {_SHAPE}")
        if not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"{port!r} in {text!r} is no port between 0 and 65535: {_SHAPE}")
        return cls(host.strip("[]"), int(port))

    @property
    def local_only(self) -> bool:
        """Whether only this machine can reach it. A name other than `localhost` is taken to be reachable."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
