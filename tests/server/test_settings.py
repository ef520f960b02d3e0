"""Settings: where a value comes from, which values are refused, and what a refusal says."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanledger_server.address import Address
from spanledger_server.settings import Settings, load, registry, token_tenants
from spanledger_store import SettingInvalid

_TOKEN = "0123456789abcdef"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own SPANLEDGER_* variables do not reach these tests."""
    for setting in registry():
        monkeypatch.delenv(setting.env, raising=False)


def test_the_default_store_lies_in_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load().dsn == f"chdb://{tmp_path}/spanledger-data"


def test_an_option_wins_over_the_environment_and_the_environment_over_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load().otlp_http_address == Address("127.0.0.1", 4318)
    monkeypatch.setenv("SPANLEDGER_OTLP_HTTP_ADDRESS", "[::1]:5318")
    assert load().otlp_http_address == Address("::1", 5318)
    assert load({"otlp_http_address": "127.0.0.1:6318"}).otlp_http_address == Address("127.0.0.1", 6318)
    assert load({"otlp_http_address": None}).otlp_http_address == Address("::1", 5318)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_CORRELATE_EVERY", "")
    assert load().correlate_every == 0.2


def test_the_pack_is_all_of_it_or_none_or_what_is_named() -> None:
    assert len(load().pack) == 16
    assert load({"pack": "all"}).pack == load().pack
    assert load({"pack": "none"}).pack == ()
    assert load({"pack": "time-to-bill, invoice-to-cash"}).pack == ("time-to-bill", "invoice-to-cash")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("otlp_grpc_address", "4317", "is no address"),
        ("api_address", "localhost:http", "is no port"),
        ("correlate_every", "0", "greater than 0"),
        ("correlate_every", "nan", "finite"),
        ("correlate_every", "often", "valid number"),
        ("max_body_bytes", "12", "greater than or equal to 1024"),
        ("max_body_bytes", "64 MiB", "valid integer"),
        ("pack", "invoice-to-cahs", "Did you mean `invoice-to-cash`?"),
        ("pack", "all,none", "the pack has no process `all`"),
        ("definitions_dir", "/nowhere/at/all", "there is no folder"),
        ("log_level", "loud", "'debug'"),
        ("ingest_tokens", "acme", "tenant:token"),
        ("ingest_tokens", "acme:short", "16 characters"),
        ("api_tokens", f"acme:{_TOKEN},globex:{_TOKEN}", "another tenant"),
        ("api_tokens", f"acme:{_TOKEN},acme:{_TOKEN}2", "two tokens"),
    ],
)
def test_a_meaningless_value_is_refused_with_the_setting_and_the_reason(
    name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANLEDGER_" + name.upper(), value)
    with pytest.raises(SettingInvalid) as refusal:
        load()
    assert f"SPANLEDGER_{name.upper()}: " in str(refusal.value)
    assert reason in str(refusal.value)


def test_a_refused_option_is_named_as_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingInvalid, match="--correlate-every: "):
        load({"correlate_every": "-1"})


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_LOG_LEVEL", "loud")
    with pytest.raises(SettingInvalid) as refusal:
        load({"max_body_bytes": "0"})
    assert "SPANLEDGER_LOG_LEVEL" in str(refusal.value)
    assert "--max-body-bytes" in str(refusal.value)


def test_tokens_name_their_tenants_and_are_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_INGEST_TOKENS", f"acme:{_TOKEN}1, globex:{_TOKEN}2")
    settings = load()
    assert token_tenants(settings.ingest_tokens) == {f"{_TOKEN}1": "acme", f"{_TOKEN}2": "globex"}
    assert _TOKEN not in repr(settings)
    monkeypatch.setenv("SPANLEDGER_INGEST_TOKENS", "acme:hunter2")
    with pytest.raises(SettingInvalid) as refusal:
        load()
    assert "hunter2" not in str(refusal.value)


def test_every_setting_has_a_sentence_a_shape_and_a_default() -> None:
    settings = registry()
    assert [setting.name for setting in settings] == list(Settings.model_fields)
    for setting in settings:
        assert setting.description.endswith(".")
        assert setting.shape
        assert setting.default
