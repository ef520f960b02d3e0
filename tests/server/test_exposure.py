"""A server that others can reach asks for a credential, or does not start."""

from __future__ import annotations

import pytest

from spanledger_server.exposure import check_api, check_collector
from spanledger_server.settings import load
from spanledger_store import SettingInvalid

_TOKENS = {"acme": "0123456789abcdef"}


def test_loopback_needs_no_credential() -> None:
    settings = load({"api_address": "[::1]:8080", "otlp_http_address": "localhost:4318"})
    check_collector(settings, tokens_issued=False)
    check_api(settings, keys_issued=False)
    assert not settings.api_tokens


@pytest.mark.parametrize("name", ["otlp_grpc_address", "otlp_http_address"])
def test_an_open_collector_is_refused_with_the_setting_to_give(name: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        check_collector(load({name: "0.0.0.0:4000"}), tokens_issued=False)
    assert f"SPANLEDGER_{name.upper()} is 0.0.0.0:4000" in str(refusal.value)
    assert "SPANLEDGER_INGEST_TOKENS" in str(refusal.value)
    assert "SPANLEDGER_TAKE_SPANS_FROM_ANYONE=true" in str(refusal.value)
    check_collector(load({name: "0.0.0.0:4000", "ingest_tokens": _TOKENS}), tokens_issued=False)
    check_collector(load({name: "0.0.0.0:4000"}), tokens_issued=True)
    check_collector(load({name: "0.0.0.0:4000", "take_spans_from_anyone": "true"}), tokens_issued=False)


def test_an_open_api_is_refused_with_the_setting_to_give() -> None:
    with pytest.raises(SettingInvalid, match="SPANLEDGER_API_TOKENS"):
        check_api(load({"api_address": "[::]:8080", "ingest_tokens": _TOKENS}), keys_issued=False)
    check_api(load({"api_address": "[::]:8080", "api_tokens": _TOKENS}), keys_issued=False)
    check_api(load({"api_address": "[::]:8080"}), keys_issued=True)
    check_api(load({"api_address": "[::]:8080", "identity_issuer": "https://login.example.com"}), keys_issued=False)
