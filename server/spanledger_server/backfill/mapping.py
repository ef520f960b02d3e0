"""What a mapping says: which columns of an event log make which parts of a business span.

docs and `spanledger backfill --help` show an example; examples/ holds two for real logs. Everything written as
`{column}` is a template (see template.py); `column:`, `list:` and `from:` take a column's bare name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from spanledger.attributes import ErrorKind, Outcome
from spanledger_server.backfill.template import ColumnTemplate, Template
from spanledger_server.backfill.times import nanoseconds

_NAME = r"^[a-z][a-z0-9_]*$"
EntityType = Annotated[str, Field(pattern=_NAME)]
StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
FactName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[A-Za-z0-9_.-]+$")]
ColumnName = Annotated[str, Field(min_length=1)]


def _short(key: str) -> BeforeValidator:
    """A bare text stands for `{key: text}`."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone `{name}`; write one such as UTC or Europe/Amsterdam") from error
    return name


def _text_or(tag: str) -> Discriminator:
    return Discriminator(lambda value: "<text>" if isinstance(value, str) else tag)


class Part(BaseModel):
    """A part of a mapping: no key beyond the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Time(Part):
    """When it happened (`column`), and when it began (`start`) where the log says so.

    `zone` holds for times without an offset; `format` is strptime's, without it times are ISO 8601. `always` is one time
    for all rows: a table of which document belongs to which says no time at all.
    """

    column: ColumnName | None = None
    always: str | None = None
    start: ColumnName | None = None
    zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    format: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Time:
        if (self.column is None) == (self.always is None):
            raise ValueError("write either `column:`, or `always:` with one time for all rows")
        if self.always:
            nanoseconds(self.always, ZoneInfo(self.zone), self.format)
        return self


class NamedStep(Part):
    """What one activity of the log is: a step, how it went, and of what kind the error was."""

    step: StepName
    outcome: Outcome = "success"
    error: ErrorKind | None = None


class NamedSteps(Part):
    """Activities by name. An activity that is not listed stops the backfill, or is left out (`other: skip`)."""

    source: Template = Field(alias="from")
    names: dict[str, Annotated[NamedStep, _short("step")]] = Field(min_length=1)
    other: Literal["refuse", "skip"] = "refuse"

    @model_validator(mode="before")
    @classmethod
    def _bare_column(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("from"), str) and "{" not in value["from"]:
            return {**value, "from": f"{{{value['from']}}}"}
        return value


class EntityList(Part):
    """Several entities of one type: a list column, or a text split at `separator`."""

    column: ColumnName = Field(alias="list")
    separator: str | None = None


class Objects(Part):
    """A list column of `type:id`, and which of its types are which entities; the type ends at the first colon.

    `columns` in its place are several columns of one `type:id` each.
    """

    column: ColumnName | None = None
    columns: list[ColumnName] = []
    types: dict[str, EntityType] = Field(min_length=1)
    other: Literal["refuse", "skip"] = "refuse"
    separator: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Objects:
        if (self.column is None) == (not self.columns):
            raise ValueError("write either `column:` with a list of objects, or `columns:` with one object each")
        return self


class Amount(Part):
    """Money, on the steps that it is the money of: a log often repeats an order's value on every row."""

    value: ColumnTemplate
    currency: Template
    steps: list[StepName] | None = None


class Fact(Part):
    """A fact about an entity; with `steps`, stated on these steps only."""

    value: Template
    steps: list[StepName] | None = None


class Filter(Part):
    """Only the rows whose column is `in` a list, or is not (`not_in`)."""

    column: ColumnName
    among: list[str] | None = Field(default=None, alias="in")
    not_in: list[str] | None = None

    @model_validator(mode="after")
    def _one_list(self) -> Filter:
        if (self.among is None) == (self.not_in is None):
            raise ValueError("write either `in:` or `not_in:` with a list of values")
        return self


class CsvFormat(Part):
    """How a CSV file is written."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8-sig"


EntitySource = Annotated[
    Annotated[ColumnTemplate, Tag("<text>")] | Annotated[EntityList, Tag("<list>")], _text_or("<list>")
]
StepSource = Annotated[Annotated[Template, Tag("<text>")] | Annotated[NamedSteps, Tag("<names>")], _text_or("<names>")]


class Mapping(Part):
    """The whole mapping. Without a `step` a row says only that its entities belong together: a link.

    `log` is the name space of the event ids; without it, the file's name is.

    Two files of one log share a `log` only if no two of their events share an id.
    """

    log: Annotated[str, Field(min_length=1)] | None = None
    process: Annotated[str, Field(min_length=1)] | None = None
    system: Template
    event_id: ColumnTemplate | None = None
    time: Annotated[Time, _short("column")]
    step: StepSource | None = None
    entities: dict[EntityType, EntitySource] = {}
    objects: Objects | None = None
    id_scope: Template | None = None
    amount: Annotated[list[Amount], BeforeValidator(lambda value: value if isinstance(value, list) else [value])] = []
    attributes: dict[FactName, Annotated[Fact, _short("value")]] = {}
    span_attributes: dict[str, Template] = {}
    where: list[Filter] = []
    csv: CsvFormat = CsvFormat()

    @model_validator(mode="after")
    def _consistent(self) -> Mapping:
        if not self.entities and self.objects is None:
            raise ValueError("name at least one entity, under `entities:` or `objects:`")
        if self.step is None and len(self.entities) + len(self.objects.types if self.objects else ()) < 2:
            raise ValueError("a mapping without `step` states links: name two entity types")
        stated = [step for one in self.amount for step in one.steps or ("every step",)]
        if len(self.amount) > 1 and ("every step" in stated or len(stated) > len(set(stated))):
            raise ValueError("of several amounts each needs `steps` of its own: a step has one amount")
        if isinstance(self.step, Template) and not any("." in text for text in self.step.literals):
            raise ValueError("`step` must make `<entity>.<past participle>`, such as `claim.{activity|slug}`")
        if reserved := [name for name in self.span_attributes if name.startswith("business.")]:
            raise ValueError(f"`{reserved[0]}` has a key of its own in the mapping; span_attributes are for others")
        return self

    def templates(self) -> Iterator[Template]:
        """Every template in the mapping."""
        yield self.system
        yield from (one for one in (self.event_id, self.id_scope) if one)
        if self.step is not None:
            yield self.step if isinstance(self.step, Template) else self.step.source
        yield from (source for source in self.entities.values() if isinstance(source, Template))
        for amount in self.amount:
            yield from (amount.value, amount.currency)
        yield from (fact.value for fact in self.attributes.values())
        yield from self.span_attributes.values()

    def text_columns(self) -> set[str]:
        """The columns that must hold one value a row."""
        found = {column for template in self.templates() for column in template.columns}
        found |= {filter_.column for filter_ in self.where}
        found |= {column for column in (self.time.column, self.time.start) if column}
        return found | set(self.objects.columns) if self.objects else found

    def list_columns(self) -> dict[str, str | None]:
        """The columns that hold several values a row, and the separator where they are a text."""
        found = {source.column: source.separator for source in self.entities.values() if isinstance(source, EntityList)}
        if self.objects and self.objects.column:
            found[self.objects.column] = self.objects.separator
        return found
