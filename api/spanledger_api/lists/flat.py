"""An item as lines of a table: nested values get names of their own, money gets a line per currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from spanledger_api.lists.listing import Cell, Listing, item_type_of
from spanledger_api.moments import Duration
from spanledger_api.money import AtStake

_LEFT_OUT: Final = frozenset({"links", "link", "entity_link"})


@cache
def columns_of(item: type[BaseModel]) -> tuple[str, ...]:
    """The columns of a table of such items."""
    return tuple(_columns(item))


def lines_of(one: BaseModel) -> Iterator[Mapping[str, Cell]]:
    """The lines of an item: one, or one per currency of its money."""
    flat: dict[str, Cell] = {}
    money: list[AtStake] = []
    for name in type(one).model_fields:
        value = getattr(one, name)
        if _holds_money(type(one), name):
            money = value
        elif name not in _LEFT_OUT:
            flat |= _flat(name, value, type(one).model_fields[name].annotation)
    for held in money:
        yield flat | {name: text if name == "currency" else Decimal(text) for name, text in held.model_dump().items()}
    if not money:
        none = dict.fromkeys(column for column in columns_of(type(one)) if column not in flat)
        yield flat | none


def flat_listing(answer: BaseModel, name: str, about: Mapping[str, str], *, longer: bool = False) -> Listing:
    """A list whose lines are its items as they are."""
    return Listing(answer, name, columns_of(item_type_of(answer)), lines_of, about, longer)


def _columns(item: type[BaseModel]) -> Iterator[str]:
    for name, field in item.model_fields.items():
        if _holds_money(item, name):
            yield from get_args(field.annotation)[0].model_fields
        elif name not in _LEFT_OUT:
            yield from _flat(name, None, field.annotation)


def _holds_money(item: type[BaseModel], name: str) -> bool:
    annotation = item.model_fields[name].annotation
    return name == "amounts" and get_origin(annotation) is list and issubclass(get_args(annotation)[0], AtStake)


def _flat(name: str, value: Any, annotation: Any) -> dict[str, Cell]:
    """A value as cells; of None with a model's type, each of its cells empty."""
    model = _model_in(annotation)
    if model is Duration:
        return {
            f"{name}_seconds": None if value is None else value.seconds,
            name: None if value is None else value.text,
        }
    if model is not None:
        found: dict[str, Cell] = {}
        for part, field in model.model_fields.items():
            if part not in _LEFT_OUT and f"{name}_{part}" not in _LEFT_OUT:
                found |= _flat(f"{name}_{part}", None if value is None else getattr(value, part), field.annotation)
        return found
    return {name: _cell(value)}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, or None."""
    options = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return next((one for one in options if isinstance(one, type) and issubclass(one, BaseModel)), None)


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str | int | Decimal | datetime):
        return value
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {told}" for key, told in value.items())
    if isinstance(value, list):
        return "; ".join(_words(one) for one in value)
    return str(value)


def _words(value: Any) -> str:
    return " ".join(str(part) for part in value.model_dump().values()) if isinstance(value, BaseModel) else str(value)
