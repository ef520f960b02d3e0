"""What a row is and whom it touches: its step, from the activity, and its entities."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import ValidationError

from spanledger import attributes
from spanledger_server.backfill.errors import LogUnreadable
from spanledger_server.backfill.events import Batch
from spanledger_server.backfill.mapping import EntityList, Mapping, NamedStep, NamedSteps
from spanledger_server.backfill.template import Column, Template

LINK = NamedStep.model_construct(step="", outcome="success", error=None)
"""No step: the row says only that its entities belong together."""


class Naming:
    """The steps and entities of one log, by its mapping."""

    def __init__(self, mapping: Mapping, path: Path) -> None:
        self._mapping = mapping
        self._path = path
        self._templated: dict[str, NamedStep] = {}
        self._batch: Batch | None = None
        self._activities: Column = ()
        self._single: list[tuple[str, Column]] = []
        self._lists: list[tuple[str, Sequence[Sequence[str]]]] = []

    def steps(self, batch: Batch, kept: Sequence[bool]) -> list[NamedStep | None]:
        """The step of every row; None for one that the mapping skips. Raises LogUnreadable for an unknown activity."""
        self._read(batch)
        source = self._mapping.step
        if source is None:
            return [LINK] * batch.rows
        if isinstance(source, Template):
            return [
                self._templated_step(batch.first + row, text) if text and kept[row] else None
                for row, text in enumerate(self._activities)
            ]
        found = [source.names.get(activity or "") for activity in self._activities]
        if source.other == "refuse":
            for row, step in enumerate(found):
                if step is None and kept[row]:
                    raise self._unknown(batch.first + row, self._activities[row] or "", source.names)
        return found

    def activity(self, batch: Batch, row: int) -> str | None:
        """What the log calls it."""
        self._read(batch)
        return self._activities[row]

    def set_entities(self, span: Span, batch: Batch, row: int) -> bool:
        """Write the entities of a row onto its span; False if it names none."""
        self._read(batch)
        named: dict[str, list[str]] = {}
        for entity_type, column in self._single:
            if value := column[row]:
                named.setdefault(entity_type, []).append(value)
        for entity_type, lists in self._lists:
            if values := lists[row]:
                named.setdefault(entity_type, []).extend(values)
        if self._mapping.objects:
            self._add_objects(named, batch, row)
        for entity_type, ids in named.items():
            attribute = span.attributes.add()
            attribute.key = attributes.entity(entity_type)
            if len(ids) == 1:
                attribute.value.string_value = ids[0]
                continue
            listed = attribute.value.array_value.values
            for entity_id in dict.fromkeys(ids):
                listed.add().string_value = entity_id
        return bool(named)

    def _read(self, batch: Batch) -> None:
        """Render the columns of a batch, once."""
        if batch is self._batch:
            return
        self._batch = batch
        source = self._mapping.step
        template = source.source if isinstance(source, NamedSteps) else source
        self._activities = template.render(batch.texts, batch.rows) if template else [None] * batch.rows
        self._single, self._lists = [], []
        for entity_type, entity in self._mapping.entities.items():
            if isinstance(entity, EntityList):
                self._lists.append((entity_type, batch.lists[entity.column]))
            else:
                self._single.append((entity_type, entity.render(batch.texts, batch.rows)))

    def _add_objects(self, named: dict[str, list[str]], batch: Batch, row: int) -> None:
        objects = self._mapping.objects
        assert objects is not None
        listed = batch.lists[objects.column][row] if objects.column else ()
        single = [text for column in objects.columns if (text := batch.texts[column][row])]
        for text in (*listed, *single):
            kind, _, object_id = text.partition(":")
            entity_type = objects.types.get(kind)
            if entity_type is not None and object_id:
                named.setdefault(entity_type, []).append(object_id)
            elif objects.other == "refuse":
                raise LogUnreadable(
                    f"{self._path}: row {batch.first + row + 1}: the object `{text}` is of no type that the mapping knows.",
                    hint="Add its type under `objects.types`, or leave such objects out with `other: skip`.",
                )

    def _templated_step(self, position: int, text: str) -> NamedStep:
        step = self._templated.get(text)
        if step is None:
            try:
                step = self._templated[text] = NamedStep(step=text)
            except ValidationError as error:
                raise LogUnreadable(
                    f"{self._path}: row {position + 1}: `{text}` is no step name such as `invoice.posted`.",
                    hint="Put the columns of `step` through the filter slug: `claim.{activity|slug}`.",
                ) from error
        return step

    def _unknown(self, position: int, activity: str, known: dict[str, NamedStep]) -> LogUnreadable:
        near = difflib.get_close_matches(activity, known, n=1)
        return LogUnreadable(
            f"{self._path}: row {position + 1}: the mapping names no step for the activity `{activity}`.",
            hint=(f"The nearest is `{near[0]}`. " if near else "")
            + "Add it under `step.names`, or leave such rows out with `other: skip`.",
        )
