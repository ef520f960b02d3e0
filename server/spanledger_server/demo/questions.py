"""What the demonstration asks the API: whether all is counted, and then what is stuck."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

import httpx2
from pydantic import BaseModel, ConfigDict

from spanledger_server.demo.platform import Platform, PlatformFailed

_POLL_SECONDS = 0.1
_LONGEST_LIST = 10_000


class _Answer(BaseModel):
    # The demonstration reads a part of each answer; the API's own tests hold the whole.
    model_config = ConfigDict(extra="ignore", frozen=True)


class Entity(_Answer):
    """The root of a transaction."""

    type: str
    id: str


class Waited(_Answer):
    """How long, in words."""

    text: str


class Why(_Answer):
    """Why a transaction is stuck."""

    kind: str
    code: str | None
    message: str | None
    system: str | None
    attempts: int


class Money(_Answer):
    """What is at stake in one currency."""

    currency: str
    open: Decimal


class Item(_Answer):
    """One stuck transaction."""

    key: str
    entity: Entity
    client: str | None
    amounts: list[Money]
    waiting_for: str
    waited: Waited | None
    due_at: datetime | None
    why: Why
    owner: str | None
    severity: str
    sentence: str


class Total(_Answer):
    """The money at stake in one currency."""

    currency: str
    amount: Decimal
    entities: int


class Stuck(_Answer):
    """What is stuck, the worst first."""

    as_of: datetime
    count: int
    by_severity: dict[str, int]
    totals: list[Total]
    items: list[Item]


class Process(_Answer):
    """A declared flow, and how many of its transactions are stuck."""

    process: str
    title: str
    stuck: int


class _Processes(_Answer):
    items: list[Process]


class _Progress(_Answer):
    spans_waiting: int


def stuck(platform: Platform, process: str) -> Stuck:
    """All that is stuck of a process now."""
    return Stuck.model_validate_json(_get(platform, "/v1/stuck", {"process": process, "limit": _LONGEST_LIST}))


def processes(platform: Platform) -> list[Process]:
    """Every declared flow."""
    return _Processes.model_validate_json(_get(platform, "/v1/processes", {})).items


def wait_until_counted(platform: Platform, waiting: Callable[[int], None], seconds: float = 120.0) -> None:
    """Return when every stored span is in the transactions; `waiting` is told how many are not.

    Raises:
        PlatformFailed: it took longer than `seconds`.
    """
    deadline = time.monotonic() + seconds
    while left := _Progress.model_validate_json(_get(platform, "/v1/progress", {})).spans_waiting:
        waiting(left)
        if time.monotonic() > deadline:
            raise PlatformFailed(f"{left:,} spans were not counted after {seconds:g} s.", hint=f"See {platform.log}.")
        time.sleep(_POLL_SECONDS)


def _get(platform: Platform, path: str, parameters: Mapping[str, str | int]) -> bytes:
    try:
        answered = httpx2.get(f"{platform.api}{path}", params=dict(parameters), timeout=60, trust_env=False)
    except httpx2.TransportError as error:
        platform.check()
        raise PlatformFailed(f"The API did not answer {path}: {error}.", hint=f"See {platform.log}.") from error
    if not answered.is_success:
        raise PlatformFailed(f"The API refused {path}: {answered.text}", hint=f"See {platform.log}.")
    return answered.content
