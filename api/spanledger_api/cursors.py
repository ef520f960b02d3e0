"""A page's cursor: where the page before it ended, and of which question, as one opaque word.

It holds nothing that a client may not see and is trusted in nothing: its values are bound into the next query like any
other, and it never carries a tenant.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanledger_api.problems import Fault, Refusal, refusal_of


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page: its sort value as the database wrote it, and the keys that break ties."""

    value: str
    keys: tuple[str, ...]


def question_of(parameters: Mapping[str, Any]) -> str:
    """A short digest of a question; a cursor is good for the question that it was made for."""
    text = json.dumps(parameters, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def encode(question: str, position: Position) -> str:
    """The cursor behind `position`."""
    text = json.dumps([question, position.value, *position.keys], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def decode(cursor: str, question: str, keys: int) -> Position:
    """The position that a cursor stands for.

    Raises Refusal `cursor_invalid` if it is none, or was made for another question.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw.decode("utf-8", "surrogatepass"))
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise not_one_of_ours() from error
    if not isinstance(parts, list) or len(parts) != keys + 2 or not all(isinstance(part, str) for part in parts):
        raise not_one_of_ours()
    if parts[0] != question:
        raise _invalid("The cursor belongs to another question: filters, sort and clock must stay the same.")
    return Position(parts[1], tuple(parts[2:]))


def is_uuid(text: str) -> bool:
    """Whether a cursor's key is a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def not_one_of_ours() -> Refusal:
    """The refusal of a cursor that this API cannot have given out."""
    return _invalid("The cursor is not one that this API gave out.")


def _invalid(what: str) -> Refusal:
    do = "Take `cursor` from `next` of the answer before, with the same parameters; leave it out for the first page."
    return refusal_of([Fault(code="cursor_invalid", where="query.cursor", what=what, do=do)])
