"""What happens in the firm: one thing, in one system, at one moment, and how the word of it travels."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Literal

from spanledger.attributes import ErrorKind, Outcome
from spanledger_server.simulate.plan.instant import SECOND

System = Literal["salesforce", "kantata", "netsuite", "boomi", "hubspot", "workday", "concur", "snowflake", "powerbi"]
SYSTEMS: tuple[System, ...] = ("salesforce", "kantata", "boomi", "netsuite")
MORE_SYSTEMS: tuple[System, ...] = ("hubspot", "workday", "concur", "snowflake", "powerbi")
"""What the whole firm has beside them."""

Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a system says no."""

    kind: ErrorKind
    code: str
    message: str
    retryable: bool


class Channel(Enum):
    """How the cause of an occurrence reaches the system in which it happens."""

    START = "start"  # a person, or the system's own schedule
    LOCAL = "local"  # the same system goes on
    HTTP = "http"
    QUEUE = "queue"
    FILE = "file"


class Delivery(Enum):
    """When the system reports an occurrence."""

    AT_ONCE = "at_once"
    SHUFFLED = "shuffled"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that happens, and the span that tells it.

    `event` is the system's own event id. `at` is the moment by the system's clock, at which the span ends. `cause` is
    the event that led to it through `channel`. `follows` says that the trace goes on from the cause; without it the
    context was lost and a new trace starts. `transaction` is the key that the system opens for itself and for all
    that follows. A `dropped` occurrence is answered with success and never happens.
    """

    event: str
    system: System
    name: str
    at: int
    step: bool = True
    lasts: int = SECOND
    cause: str = ""
    channel: Channel = Channel.START
    follows: bool = True
    dropped: bool = False
    transaction: str = ""
    entities: tuple[tuple[str, Ids], ...] = ()
    aliases: tuple[tuple[str, Ids], ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()
    outcome: Outcome = "success"
    refusal: Refusal | None = None
    key: str = ""
    attempt: int = 1
    replay_of: str = ""
    money: Money | None = None
    allocation: tuple[str, tuple[tuple[str, Decimal], ...]] | None = None
    hours: Decimal | None = None
    due: int | None = None
    legal_entity: str = ""
    record_count: int | None = None
    delivery: Delivery = Delivery.AT_ONCE
    twice: bool = False

    @property
    def begins(self) -> int:
        """The moment at which the system takes it up."""
        return self.at - self.lasts
