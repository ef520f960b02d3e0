"""The keyword arguments that `step` and `emit` share, as one value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from spanledger._internal.moments import Moment
from spanledger._internal.money import Number
from spanledger._internal.text import Fact, Id, Ids

Aliases = Mapping[str, Id | Iterable[Id]]
Facts = Mapping[str, Mapping[str, Fact]]
Allocations = Mapping[str, Mapping[str, Number]]


@dataclass(slots=True, kw_only=True)
class Details:
    """What a caller says about a step up front; nobody changes it. None: not said.

    It is not frozen: twenty-three fields would take twice as long to set.
    """

    process: str | None = None
    transaction: str | None = None
    system: str | None = None
    id_scope: str | None = None
    legal_entity: str | None = None
    region: str | None = None
    amount: tuple[Number, str] | None = None
    quantity: tuple[Number, str] | None = None
    due_at: Moment | None = None
    occurred_at: Moment | None = None
    idempotency_key: str | None = None
    attempt: int | None = None
    replay_of: str | None = None
    impact: str | None = None
    record_count: int | None = None
    outcome: str | None = None
    event_id: Id | None = None
    aliases: Aliases | None = None
    attributes: Facts | None = None
    allocations: Allocations | None = None
    entities: Mapping[str, Ids] = field(default_factory=dict)


RESERVED = frozenset(one.name for one in fields(Details)) - {"entities"}
"""Keyword arguments that name no entity type, in `step` and in `emit`."""
