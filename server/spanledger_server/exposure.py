"""Nothing listens beyond this machine without asking for a credential."""

from __future__ import annotations

from spanledger_server.address import Address
from spanledger_server.settings import PREFIX, Settings
from spanledger_store import SettingInvalid


def check_collector(settings: Settings) -> None:
    """Refuse a collector that others can reach and that asks nobody for a token.

    Raises:
        SettingInvalid: with the setting to give.
    """
    if not settings.ingest_tokens:
        _local_only("otlp_grpc_address", settings.otlp_grpc_address, "spans", "ingest_tokens")
        _local_only("otlp_http_address", settings.otlp_http_address, "spans", "ingest_tokens")


def check_api(settings: Settings) -> None:
    """Refuse an API that others can reach and that asks nobody for a token.

    Raises:
        SettingInvalid: with the setting to give.
    """
    if not settings.api_tokens:
        _local_only("api_address", settings.api_address, "questions", "api_tokens")


def _local_only(name: str, address: Address, what: str, tokens: str) -> None:
    if not address.local_only:
        raise SettingInvalid(
            f"{PREFIX}{name.upper()} is {address}: other machines can reach it, and it would take {what} from anyone.",
            hint=f"Give {PREFIX}{tokens.upper()} (tenant:token), or listen on 127.0.0.1.",
        )
