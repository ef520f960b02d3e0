"""How the text of a setting becomes its value; a ValueError says what to write instead."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, SecretStr
from pydantic_settings import NoDecode

from spanledger_correlator.definition.pack import pack_files, pack_processes
from spanledger_server.address import Address
from spanledger_store import DefinitionInvalid


def _to_address(value: object) -> object:
    return Address.parse(value) if isinstance(value, str) else value


def _to_tokens(value: object) -> object:
    if not isinstance(value, str):
        return value
    tokens: dict[str, SecretStr] = {}
    for entry in filter(None, (part.strip() for part in value.split(","))):
        tenant, colon, token = entry.partition(":")
        if not colon or not tenant or len(token) < 16:
            # The entry itself is a secret: it is not repeated.
            raise ValueError("write tenant:token, several with commas between; a token has 16 characters or more")
        if token in {known.get_secret_value() for known in tokens.values()}:
            raise ValueError(f"the token of tenant {tenant!r} is given to another tenant as well")
        if tenant in tokens:
            raise ValueError(f"tenant {tenant!r} is given two tokens")
        tokens[tenant] = SecretStr(token)
    return tokens


def _to_secrets(value: object) -> object:
    if not isinstance(value, str):
        return value
    secrets: dict[str, SecretStr] = {}
    for entry in filter(None, (part.strip() for part in value.split(","))):
        name, _, secret = entry.partition(":")
        try:
            size = len(b64decode(secret.removeprefix("whsec_"), validate=True))
        except ValueError:
            size = 0
        if not name or not secret.startswith("whsec_") or size < 24:
            raise ValueError("write name:whsec_…, several with commas between; a secret is 24 bytes or more in base64")
        if name in secrets:
            raise ValueError(f"the replay endpoint {name!r} is given two secrets")
        secrets[name] = SecretStr(secret)
    return secrets


def _is_there(value: Path | None) -> Path | None:
    if value is not None and not value.is_file():
        raise ValueError(f"there is no file {value}")
    return value and value.resolve()


def _to_processes(value: object) -> object:
    if not isinstance(value, str):
        return value
    names = tuple(filter(None, (name.strip() for name in value.split(","))))
    if names in {("all",), ("none",)}:
        return pack_processes() if names == ("all",) else ()
    try:
        pack_files(names)
    except DefinitionInvalid as error:
        raise ValueError(f"{error.message} {error.hint}") from error
    return names


def _to_origins(value: object) -> object:
    if not isinstance(value, str):
        return value
    origins = tuple(filter(None, (origin.strip() for origin in value.split(","))))
    for origin in origins:
        parts = urlsplit(origin)
        if origin != "*" and (parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}"):
            raise ValueError(f"{origin!r} is no web origin; write https://app.example.com, without a path")
    return origins


def _to_zones(value: object) -> object:
    if not isinstance(value, str):
        return value
    zones: dict[str, ZoneInfo] = {}
    for entry in filter(None, (part.strip() for part in value.split(","))):
        entity, equals, zone = (part.strip() for part in entry.partition("="))
        if not equals or not entity or not zone:
            raise ValueError(f"{entry!r} is no legal entity and its zone; write DE01=Europe/Berlin")
        if zone not in available_timezones():
            raise ValueError(f"there is no time zone {zone!r}; write one such as Europe/Berlin")
        if entity in zones:
            raise ValueError(f"the legal entity {entity!r} is given two zones")
        zones[entity] = ZoneInfo(zone)
    return zones


# NoDecode: the text is ours to read, not JSON.
AddressSetting = Annotated[Address, NoDecode, BeforeValidator(_to_address), PlainSerializer(str)]
ZonesSetting = Annotated[dict[str, ZoneInfo], NoDecode, BeforeValidator(_to_zones)]
TokensSetting = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_to_tokens)]
SecretsSetting = Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_to_secrets)]
FileSetting = Annotated[Path | None, AfterValidator(_is_there)]
OriginsSetting = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_to_origins)]
PackSetting = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_to_processes)]
