"""A correction: one decision of a person about stitching, kept for ever with who and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EntityName:
    """One entity as somebody names it: its type and any id that it goes by."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class CutLink:
    """Two entities do not belong together, whatever spans say. It holds for all ids of both, in both directions."""

    one: EntityName
    other: EntityName


@dataclass(frozen=True, slots=True)
class AddLink:
    """Two entities belong together, although no span says so."""

    one: EntityName
    other: EntityName


@dataclass(frozen=True, slots=True)
class DetachSpan:
    """A span does not belong to a transaction: by no rule, under no id of its root."""

    trace_id: str
    span_id: str
    process: str
    root: EntityName


Decision = CutLink | AddLink | DetachSpan


@dataclass(frozen=True, slots=True)
class Correction:
    """A decision as it is kept. `taken_back` says when, by whom and why it was taken back, if it was."""

    id: UUID
    decision: Decision
    who: str
    why: str
    stored_at: datetime
    taken_back: TakenBack | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The end of a correction."""

    who: str
    why: str
    stored_at: datetime


Kind = Literal["cut_link", "add_link", "detach_span"]
KIND_OF: dict[type[Decision], Kind] = {CutLink: "cut_link", AddLink: "add_link", DetachSpan: "detach_span"}
