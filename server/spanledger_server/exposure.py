"""Nothing listens beyond this machine without asking for a credential."""

from __future__ import annotations

from spanledger_server.address import Address
from spanledger_server.settings import PREFIX, Settings
from spanledger_store import SettingInvalid


def check_collector(settings: Settings, *, tokens_issued: bool) -> None:
    """Refuse a collector that others can reach and that asks nobody for a token.

    `tokens_issued`: the store has tokens, so that everybody is asked.

    Raises:
        SettingInvalid: with the setting to give.
    """
    if not (settings.ingest_tokens or tokens_issued or settings.take_spans_from_anyone):
        hint = (
            f"Create one first (`spanledger token create --tenant NAME`), give {PREFIX}INGEST_TOKENS (tenant:token), or "
            f"listen on 127.0.0.1. Where everyone who reaches it may send: {PREFIX}TAKE_SPANS_FROM_ANYONE=true."
        )
        _local_only("otlp_grpc_address", settings.otlp_grpc_address, "spans", hint)
        _local_only("otlp_http_address", settings.otlp_http_address, "spans", hint)


def check_api(settings: Settings, *, keys_issued: bool) -> None:
    """Refuse an API that others can reach and that asks nobody for a credential.

    `keys_issued`: the store has keys, so that everybody is asked.

    Raises:
        SettingInvalid: with the setting to give.
    """
    if not (settings.api_tokens or keys_issued or settings.identity_issuer):
        hint = (
            f"Create a key first (`spanledger key create --tenant NAME --name WHO`), give {PREFIX}API_TOKENS (tenant:token) "
            f"or {PREFIX}IDENTITY_ISSUER, or listen on 127.0.0.1."
        )
        _local_only("api_address", settings.api_address, "questions", hint)
        _local_only("clickhouse_address", settings.clickhouse_address, "queries", hint)


def _local_only(name: str, address: Address, what: str, hint: str) -> None:
    if not address.local_only:
        raise SettingInvalid(
            f"{PREFIX}{name.upper()} is {address}: other machines can reach it, and it would take {what} from anyone.",
            hint=hint,
        )
