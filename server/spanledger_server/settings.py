"""The one registry of settings: name, environment variable, default, type and a sentence each.

It feeds the options of the command line, docs/settings.md, and the check at start. An option given on the command line
wins over the environment, which wins over the default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from spanledger_correlator.definition.pack import pack_processes
from spanledger_server.address import Address
from spanledger_server.setting_values import (
    AddressSetting,
    FileSetting,
    OriginsSetting,
    PackSetting,
    SecretsSetting,
    TokensSetting,
    ZonesSetting,
)
from spanledger_store import SettingInvalid

PREFIX = "SPANLEDGER_"

MEBIBYTE = 1024 * 1024


def _default_dsn() -> str:
    return f"chdb://{quote(str(Path.cwd() / 'spanledger-data'))}"


class Settings(BaseSettings):
    """Everything that can be set. `Settings()` reads the environment; `load` also says what is wrong and where."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )

    dsn: str = Field(
        default_factory=_default_dsn,
        description="Where the store is: chdb:///absolute/path for the embedded engine, "
        "clickhouse://user:password@host:8123/database for a server.",
        json_schema_extra={"default_text": "chdb:// and ./spanledger-data made absolute", "shape": "DSN"},
    )
    otlp_grpc_address: AddressSetting = Field(
        default=Address("127.0.0.1", 4317),
        description="Where the collector receives OTLP/gRPC.",
        json_schema_extra={"shape": "HOST:PORT"},
    )
    otlp_http_address: AddressSetting = Field(
        default=Address("127.0.0.1", 4318),
        description="Where the collector receives OTLP/HTTP.",
        json_schema_extra={"shape": "HOST:PORT"},
    )
    api_address: AddressSetting = Field(
        default=Address("127.0.0.1", 8080),
        description="Where the API answers.",
        json_schema_extra={"shape": "HOST:PORT"},
    )
    clickhouse_address: AddressSetting = Field(
        default=Address("127.0.0.1", 8123),
        description="Where the embedded store is read as a ClickHouse server over HTTP: Grafana's data source, any client.",
        json_schema_extra={"shape": "HOST:PORT"},
    )
    monitoring_address: AddressSetting = Field(
        default=Address("127.0.0.1", 8888),
        description="Where the process says how it is, to whoever runs it: /healthz, /readyz, /metrics (Prometheus).",
        json_schema_extra={"shape": "HOST:PORT"},
    )
    otlp_tls_certificate: FileSetting = Field(
        default=None,
        description="The collector's certificate with its chain (PEM): both OTLP ports then speak TLS only.",
        json_schema_extra={"shape": "FILE", "default_text": "none: in clear"},
    )
    otlp_tls_key: FileSetting = Field(
        default=None,
        description="The key of that certificate (PEM, not encrypted).",
        json_schema_extra={"shape": "FILE", "default_text": "none"},
    )
    otlp_tls_client_authority: FileSetting = Field(
        default=None,
        description="The authority of the senders' certificates (PEM): who shows none of it is not served.",
        json_schema_extra={"shape": "FILE", "default_text": "none: senders need no certificate"},
    )
    default_tenant: str = Field(
        default="default",
        min_length=1,
        max_length=128,
        description="The tenant of a request that carries no credential, where none is asked for.",
        json_schema_extra={"shape": "NAME"},
    )
    ingest_tokens: TokensSetting = Field(
        default_factory=dict,
        description="Who may send spans: tenant:token, several with commas between. "
        "Once one is set, every sender needs one, and its tenant comes from it.",
        json_schema_extra={"shape": "TENANT:TOKEN,…", "secret": True, "default_text": "none: senders need no token"},
    )
    api_tokens: TokensSetting = Field(
        default_factory=dict,
        description="Who may ask the API and do everything there: tenant:token, several with commas between. "
        "Once one is set, or a key was issued (`spanledger key create`), every caller needs a credential, and sees its "
        "tenant only.",
        json_schema_extra={"shape": "TENANT:TOKEN,…", "secret": True, "default_text": "none: callers need no token"},
    )
    api_requests_per_second: int = Field(
        default=100,
        ge=1,
        le=100_000,
        description="How many requests one credential may make to the API, on average over ten seconds.",
        json_schema_extra={"shape": "COUNT"},
    )
    api_query_seconds: float = Field(
        default=60,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="How long one query of the API may take, in seconds.",
        json_schema_extra={"shape": "SECONDS"},
    )
    api_query_rows: int = Field(
        default=2_000_000_000,
        ge=1000,
        description="How many rows one query of the API may read.",
        json_schema_extra={"shape": "COUNT"},
    )
    api_query_memory_bytes: int = Field(
        default=4096 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        description="How much memory one query of the API may use, in bytes.",
        json_schema_extra={"shape": "BYTES"},
    )
    identity_issuer: str = Field(
        default="",
        pattern=r"^(https://\S+|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?)?$",
        description="The OpenID Connect provider whose tokens the API takes besides keys: its issuer, https://….",
        json_schema_extra={"shape": "URL", "default_text": "none"},
    )
    identity_audience: str = Field(
        default="spanledger",
        min_length=1,
        description="The audience (`aud`) that such a token must be made for.",
        json_schema_extra={"shape": "NAME"},
    )
    identity_tenant_claim: str = Field(
        default="",
        description="The claim of such a token that names the tenant.",
        json_schema_extra={"shape": "CLAIM", "default_text": "none: everybody belongs to the default tenant"},
    )
    identity_roles_claim: str = Field(
        default="roles",
        min_length=1,
        description="The claim with the roles: finance, operator, approver, admin; whoever has none of them may view. "
        "The claims `legal_entities` and `processes` narrow what somebody sees.",
        json_schema_extra={"shape": "CLAIM"},
    )
    api_url: str = Field(
        default="http://127.0.0.1:8080",
        pattern=r"^https?://\S+$",
        description="Which API `spanledger stuck` and `spanledger show` ask.",
        json_schema_extra={"shape": "URL"},
    )
    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key that `spanledger stuck` and `spanledger show` ask with.",
        json_schema_extra={"shape": "KEY", "secret": True, "default_text": "none"},
    )
    replay_secrets: SecretsSetting = Field(
        default_factory=dict,
        description="What orders to replay endpoints are signed with: name:whsec_…, several with commas between.",
        json_schema_extra={"shape": "NAME:SECRET,…", "secret": True, "default_text": "none: nothing is replayed"},
    )
    take_spans_from_anyone: bool = Field(
        default=False,
        description="Let the collector listen on an address that other machines can reach although no token exists.",
        json_schema_extra={"shape": "true|false", "default_text": "false"},
    )
    otlp_cors_origins: OriginsSetting = Field(
        default=(),
        description="The web pages that may send spans from a browser, by their origins: https://app.example.com, "
        "several with commas between; * for all.",
        json_schema_extra={"shape": "ORIGIN,…", "default_text": "none: no page of a browser may"},
    )
    max_body_bytes: int = Field(
        default=64 * MEBIBYTE,
        ge=1024,
        le=1024 * MEBIBYTE,
        description="The largest OTLP request that the collector takes, in bytes after decompression.",
        json_schema_extra={"shape": "BYTES"},
    )
    pack: PackSetting = Field(
        default_factory=pack_processes,
        description="Which of the process definitions that come along are used: all, none, or their names with commas "
        "between.",
        json_schema_extra={"shape": "all|none|NAME,…", "default_text": "all"},
    )
    legal_entity_zones: ZonesSetting = Field(
        default_factory=dict,
        description="The time zone of each legal entity, in which the day of an as_of date ends: DE01=Europe/Berlin, "
        "several with commas between; * stands for all others.",
        json_schema_extra={"shape": "ENTITY=ZONE,…", "default_text": "none: every day ends in UTC"},
    )
    definitions_dir: Path | None = Field(
        default=None,
        description="A folder with process definitions of your own (*.yaml), used beside those that come along.",
        json_schema_extra={"shape": "FOLDER", "default_text": "none"},
    )
    correlate_every: float = Field(
        default=0.2,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="How long the correlator rests before it looks for new spans, in seconds.",
        json_schema_extra={"shape": "SECONDS"},
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="The least severe message that is logged: debug, info, warning or error.",
        json_schema_extra={"shape": "LEVEL"},
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="How messages are logged: text, or json with one object a line.",
        json_schema_extra={"shape": "text|json"},
    )

    @field_validator("definitions_dir")
    @classmethod
    def _folder_is_there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"there is no folder {value}")
        return value and value.resolve()

    @model_validator(mode="after")
    def _certificates_are_whole(self) -> Self:
        if (self.otlp_tls_certificate is None) != (self.otlp_tls_key is None):
            raise ValueError(f"{names(['otlp_tls_certificate', 'otlp_tls_key'])} go together: give both or neither")
        if self.otlp_tls_client_authority and not self.otlp_tls_certificate:
            raise ValueError(f"{names(['otlp_tls_client_authority'])} needs {names(['otlp_tls_certificate'])}")
        return self


@dataclass(frozen=True)
class Setting:
    """What is to be said about one setting. `option` is None for a secret, which a process list would show."""

    name: str
    env: str
    option: str | None
    shape: str
    default: str
    description: str


def registry() -> list[Setting]:
    """Every setting, in the order of their declaration."""
    return [_described(name, field) for name, field in Settings.model_fields.items()]


def load(given: Mapping[str, Any] | None = None) -> Settings:
    """The settings of this process: the environment, over which go the values in `given` that are not None.

    Raises:
        SettingInvalid: a value makes no sense; the message names every such setting and the reason.
    """
    values = {name: value for name, value in (given or {}).items() if value is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingInvalid(_complaint(error, values), hint="Nothing was started.") from error


def token_tenants(tokens: Mapping[str, SecretStr]) -> dict[str, str]:
    """The tenant that each token belongs to, by token."""
    return {token.get_secret_value(): tenant for tenant, token in tokens.items()}


def names(settings: Iterable[str]) -> str:
    """The environment variables of these settings, for a message."""
    return " and ".join(PREFIX + name.upper() for name in settings)


def _described(name: str, field: FieldInfo) -> Setting:
    extra: Mapping[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Setting(
        name=name,
        env=PREFIX + name.upper(),
        option=None if extra.get("secret") else "--" + name.replace("_", "-"),
        shape=str(extra["shape"]),
        default=str(extra.get("default_text", field.default)),
        description=str(field.description),
    )


def _complaint(error: ValidationError, given: Mapping[str, Any]) -> str:
    sentences = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        reason = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            sentences.append(reason)  # of several settings, which it names
            continue
        name = str(problem["loc"][0])
        place = "--" + name.replace("_", "-") if name in given else PREFIX + name.upper()
        sentences.append(f"{place}: {reason[:1].lower()}{reason[1:]}")
    return "; ".join(sentences) + "."
