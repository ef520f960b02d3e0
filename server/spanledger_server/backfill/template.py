"""Templates: `{purchasing_document}-{item}`, `{activity|slug}`. They are rendered a whole batch of rows at a time.

A template with an empty or missing value renders to nothing (None) rather than to half a text: an id that lacks one
of its parts would be another id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Column = Sequence[str | None]

_FIELD = re.compile(r"\{([^{}|]+)((?:\|[a-z_]+)*)\}")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=65_536)
def slug(text: str) -> str:
    """`Record Goods Receipt` as `record_goods_receipt`: lower case, everything else one underscore."""
    return _NOT_WORD.sub("_", text.lower()).strip("_")


def cents(text: str) -> str:
    """`26.85120450862128` as `26.85`: half to even. Raises ValueError for what is no number."""
    try:
        return str(Decimal(text).quantize(Decimal("0.01")))
    except InvalidOperation as error:
        raise ValueError(f"`{text}` is no amount") from error


FILTERS: Mapping[str, Callable[[str], str]] = {
    "cents": cents,
    "slug": slug,
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
}


class Template:
    """A text with columns in it. Raises ValueError for a brace out of place or an unknown filter."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.literals: list[str] = []
        self.fields: list[tuple[str, tuple[Callable[[str], str], ...]]] = []
        end = 0
        for match in _FIELD.finditer(text):
            self._literal(text[end : match.start()])
            names = match[2].split("|")[1:]
            for name in names:
                if name not in FILTERS:
                    raise ValueError(f"there is no filter `{name}`; write one of {', '.join(FILTERS)}")
            self.fields.append((match[1].strip(), tuple(FILTERS[name] for name in names)))
            end = match.end()
        self._literal(text[end:])

    def _literal(self, text: str) -> None:
        if "{" in text or "}" in text:
            raise ValueError(f"`{self.text}` has a brace that belongs to no `{{column}}`")
        self.literals.append(text)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(column for column, _ in self.fields)

    def render(self, columns: Mapping[str, Column], rows: int) -> Column:
        """The text of every row; None where a value is missing or blank."""
        if not self.fields:
            return [self.text or None] * rows
        parts = [self._part(columns[column], filters) for column, filters in self.fields]
        if len(parts) == 1:
            before, after = self.literals
            if not before and not after:
                return parts[0]
            return [None if value is None else before + value + after for value in parts[0]]
        return [None if None in row else self._joined(row) for row in zip(*parts, strict=True)]

    def _joined(self, row: tuple[str | None, ...]) -> str:
        pieces = [self.literals[0]]
        for value, literal in zip(row, self.literals[1:], strict=True):
            pieces += (value or "", literal)
        return "".join(pieces)

    @staticmethod
    def _part(values: Column, filters: tuple[Callable[[str], str], ...]) -> Column:
        kept = [value if value and not value.isspace() else None for value in values]
        for apply in filters:
            kept = [apply(value) or None if value is not None else None for value in kept]
        return kept

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(min_length=1))


def _reads_a_column(text: object) -> object:
    if isinstance(text, str) and "{" not in text:
        raise ValueError(f"`{text}` names no column; every row would get the same. Write `{{{text}}}`")
    return text


ColumnTemplate = Annotated[Template, BeforeValidator(_reads_a_column)]
"""A template that must read a column: an id that is the same on every row would weld the whole log together."""
