"""A port that cannot be had is refused in one line that names the setting."""

from __future__ import annotations

import pytest

from spanledger_server.address import Address
from spanledger_server.listening import check_free, listen
from spanledger_store import SettingInvalid


def test_a_taken_port_is_refused_and_the_setting_named() -> None:
    with listen("api_address", Address("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(SettingInvalid) as refusal:
            check_free("otlp_http_address", address)
    assert f"Port {address.port} on 127.0.0.1 is in use" in str(refusal.value)
    assert "SPANLEDGER_OTLP_HTTP_ADDRESS" in str(refusal.value)
    check_free("otlp_http_address", address)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SettingInvalid, match="SPANLEDGER_API_ADDRESS an address of this machine"):
        listen("api_address", Address("192.0.2.1", 8080))
