"""Lists that are read as a whole, because there are never many: words, order and length are seen to here for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, Field

from spanledger_api.lists.flat import flat_listing
from spanledger_api.lists.listing import Listing, ListParameters, item_type_of
from spanledger_api.moments import rfc3339
from spanledger_api.parameters import Text
from spanledger_api.problems import refusal_of, unknown_value

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
"""A number as this API writes amounts: `NaN` and `Infinity` are words, and so have an order among words."""


class SortedListParameters(ListParameters):
    """What a list that is read as a whole can be asked for besides."""

    sort: Text | None = Field(default=None, examples=["-last_seen"])
    """By this field of the items, with `-` descending; what has no value stands last. Without it the list's own order."""


class WholeListParameters(SortedListParameters):
    """The same, with words."""

    q: Text | None = Field(default=None, examples=["netsuite"])
    """Words that stand in an item, in any case; all of them."""


def whole_listing(answer: BaseModel, name: str, parameters: SortedListParameters, wanted: int) -> Listing:
    """The list of all that an answer's items are: narrowed, ordered and cut as the parameters say.

    Raises Refusal `unknown_value` for an order by a field that there is not.
    """
    items: list[BaseModel] = list(getattr(answer, "items"))  # noqa: B009 - every list's answer has them
    if isinstance(parameters, WholeListParameters) and parameters.q:
        words = parameters.q.casefold().split()
        items = [one for one in items if _holds(one, words)]
    if parameters.sort:
        items = _in_order(items, parameters.sort, list(item_type_of(answer).model_fields))
    longer = parameters.limit is None and len(items) > wanted
    # Where an answer counts what matches, the words are a part of what is asked.
    count = {"count": len(items)} if "count" in type(answer).model_fields else {}
    found = answer.model_copy(update={"items": items[:wanted], **count})
    about = {"As of": rfc3339(getattr(answer, "as_of")), "Times": "UTC"}  # noqa: B009 - likewise
    return flat_listing(found, name, about, longer=longer)


def _holds(item: BaseModel, words: Iterable[str]) -> bool:
    text = "\n".join(_texts(item.model_dump(mode="json"))).casefold()
    return all(word in text for word in words)


def _texts(value: Any) -> Iterable[str]:
    """Every text in it, whatever it is nested in."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _in_order(items: list[BaseModel], sort: str, known: Sequence[str]) -> list[BaseModel]:
    name = sort.removeprefix("-")
    if name not in known:
        raise refusal_of([unknown_value("query.sort", name, "field", known)])
    held = [one for one in items if getattr(one, name) not in (None, "")]
    keys = _keys([getattr(one, name) for one in held])
    order = sorted(range(len(held)), key=keys.__getitem__, reverse=sort.startswith("-"))
    return [*(held[place] for place in order), *(one for one in items if getattr(one, name) in (None, ""))]


def _keys(values: list[Any]) -> list[Any]:
    """What to compare: numbers as numbers, also where they are written as texts; anything else that has no order as text."""
    if all(isinstance(one, int | float | Decimal | datetime) for one in values):
        return values
    texts = [str(one) for one in values]
    if all(_NUMBER.fullmatch(text) for text in texts):
        return [Decimal(text) for text in texts]
    return [text.casefold() for text in texts]
