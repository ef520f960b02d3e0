"""A list: what was asked of it, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Protocol, get_args

from pydantic import BaseModel, Field

from spanledger_api.lists.formats import Format
from spanledger_api.moments import rfc3339
from spanledger_api.money import Total
from spanledger_api.parameters import Clock, Text
from spanledger_api.problems import Refusal, refusal_of, unknown_value

Cell = str | int | Decimal | datetime | None
"""What a file's cell holds; times are aware."""
LONGEST_FILE: Final = 100_000


class ListParameters(Clock):
    """What every list can be asked for."""

    fields: Text | None = Field(default=None, examples=["key,amount,owner"])
    """Only these fields of each item (in a file: columns), with commas between; without it all."""
    format: Format | None = None
    """`json`, `csv`, `xlsx` or `ndjson`; without it the `Accept` header decides. A file holds all that match."""

    limit: int | None = Field(default=None, ge=1, le=10_000)
    """At most so many items. Without it a page's worth, in a file all of them."""

    def chosen(self, known: Sequence[str]) -> tuple[str, ...]:
        """The fields asked for, in that order; all of `known` if none is. Raises Refusal `unknown_value`."""
        if self.fields is None:
            return tuple(known)
        wanted = tuple(dict.fromkeys(word.strip() for word in self.fields.split(",") if word.strip()))
        faults = [unknown_value("query.fields", word, "field", known) for word in wanted if word not in known]
        if faults:
            raise refusal_of(faults)
        return wanted or tuple(known)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list's answer: a model with `items`, and how an item is written into a file.

    `lines` gives an item's lines, each with a cell for each of `columns`. `about` are totals and other facts about the
    whole list, which a workbook shows beside it. `longer` says that not everything that matches is there.
    """

    answer: BaseModel
    name: str
    columns: Sequence[str]
    lines: Callable[[Any], Iterator[Mapping[str, Cell]]]
    about: Mapping[str, str]
    longer: bool = False

    @property
    def items(self) -> Sequence[BaseModel]:
        """The answer's items."""
        found: Sequence[BaseModel] = getattr(self.answer, "items")  # noqa: B009 - every list's answer has them
        return found

    @property
    def item_type(self) -> type[BaseModel]:
        """Their model."""
        return item_type_of(self.answer)

    def require_all(self) -> None:
        """Raises Refusal `too_many_rows` if something that matches is not in it: a file is never cut."""
        if self.longer:
            raise Refusal(
                f"More than {LONGEST_FILE:,} rows match.",
                code="too_many_rows",
                hint="Narrow the question, for example by `process`, `legal_entity` or `owner`, or give a `limit`.",
            )


def item_type_of(answer: BaseModel) -> type[BaseModel]:
    """The model of a list's items."""
    found: type[BaseModel] = get_args(type(answer).model_fields["items"].annotation)[0]
    return found


class TotalledAnswer(Protocol):
    """What answers with totals have in common."""

    @property
    def as_of(self) -> datetime: ...
    @property
    def known(self) -> str: ...
    @property
    def totals(self) -> Sequence[Total]: ...


def about(answer: TotalledAnswer, parameters: BaseModel) -> dict[str, str]:
    """What a workbook says of a list: its clock, what was asked, and the totals, which no column adds up to."""
    asked = parameters.model_dump(mode="json", exclude_defaults=True, exclude={"format", "fields"})
    return {
        "As of": rfc3339(answer.as_of),
        "Known": answer.known,
        **{f"Asked: {name}": str(value) for name, value in asked.items()},
        **{f"Total {one.currency}": f"{one.amount} ({one.entities} entities)" for one in answer.totals},
        "Times": "UTC",
    }
