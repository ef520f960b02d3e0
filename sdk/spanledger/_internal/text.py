"""Ids, names and free text as the wire takes them: Unicode strings that UTF-8 can carry."""

import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypeGuard

from spanledger._internal.problems import PROBLEMS

Id = str | int
Ids = Id | Iterable[Id] | None
Fact = str | int | float | bool | Decimal | date | None

_ENTITY_TYPE = re.compile(r"[a-z][a-z0-9_]*")


def clean(text: str) -> str:
    """The text without lone surrogates: one of them would make protobuf refuse the whole batch it travels in."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        PROBLEMS.report("invalid_text", "text that is not valid Unicode was sent with '?' in its place")
        return text.encode("utf-8", "replace").decode()
    return text


def identifier(value: object) -> str | None:
    """One id as text: a string, an int or a UUID. None for an absent or empty id, and (reported) for other types."""
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, uuid.UUID):
        return str(value)
    PROBLEMS.report("id_type", "an id must be a str or an int, not %s; it was left out", type(value))
    return None


def identifiers(value: object) -> list[str]:
    """The ids in `value`, which is one id or an iterable of ids, in order and without repetition."""
    if not isinstance(value, str | int | bytes | bytearray | Mapping) and isinstance(value, Iterable):
        found = (identifier(one) for one in value)
        return list(dict.fromkeys(one for one in found if one is not None))
    one = identifier(value)
    return [] if one is None else [one]


def entity_type(value: object) -> str | None:
    """A usable entity type, or None (reported): lower case, digits and underscores, as in `purchase_order`."""
    if isinstance(value, str) and _ENTITY_TYPE.fullmatch(value):
        return value
    PROBLEMS.report("entity_type", "%r is no entity type; use lower case with underscores: purchase_order", value)
    return None


def is_step_name(value: object) -> TypeGuard[str]:
    """Whether a step can be named so; reported if not."""
    if isinstance(value, str) and value:
        return True
    PROBLEMS.report("step_name", "%.100r is no step; name it as in 'invoice.posted'", value)
    return False


def word(value: object, allowed: tuple[str, ...], what: str) -> str | None:
    """`value` if it is one of the allowed words, else None (reported)."""
    if isinstance(value, str) and value in allowed:
        return value
    PROBLEMS.report(f"{what}_unknown", "%r is no %s; use one of %s", value, what, ", ".join(allowed))
    return None


def fact(value: object) -> str | None:
    """A fact about an entity as text: `true` and `false` for a bool, ISO 8601 for a date; None for an absent one."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int | float | Decimal):
        return str(value)
    PROBLEMS.report("fact_type", "an entity's attribute must be text or a number, not %s", type(value))
    return None


def whole(value: object, what: str) -> int | None:
    """An int that OTLP's signed 64 bits can carry, else None (reported)."""
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return int(value)
    PROBLEMS.report(f"{what}_type", "%s must be an int of at most 64 bits, not %r", what, value)
    return None
