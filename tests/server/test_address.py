"""Addresses: what is read, what is refused, and who can reach them."""

from __future__ import annotations

import pytest

from spanledger_server.address import Address


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:4318", "127.0.0.1", 4318),
        ("[::1]:0", "::1", 0),
        (" collector.internal:65535 ", "collector.internal", 65535),
    ],
)
def test_reads_a_host_and_a_port(text: str, host: str, port: int) -> None:
    address = Address.parse(text)
    assert (address.host, address.port) == (host, port)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "4318", ":4318", "localhost", "localhost:", "localhost:65536", "::1:4318", "a:-1", "a:1.5", "a:²"]
)
def test_refuses_what_is_no_address_and_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write host:port"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("ledger", False),
    ],
)
def test_only_loopback_is_local(host: str, local: bool) -> None:
    assert Address(host, 1).local_only is local
