"""When a day ends: at midnight where the company sits in whose books the question looks (DESIGN section 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request

from spanledger_api.moments import as_date
from spanledger_api.parameters import Clock

EVERY_OTHER = "*"
"""The name under which the zone of all legal entities stands that have none of their own."""


@dataclass(frozen=True)
class Zones:
    """The zones of legal entities by name; without any, every day ends in UTC."""

    by_entity: Mapping[str, ZoneInfo] = field(default_factory=dict)

    def of(self, legal_entities: Collection[str]) -> tzinfo:
        """The one zone of these legal entities; of several zones, or of none asked for, that of all others."""
        rest: tzinfo = self.by_entity.get(EVERY_OTHER, UTC)
        zones = {self.by_entity.get(entity, rest) for entity in legal_entities}
        return zones.pop() if len(zones) == 1 else rest

    def by_zone(self) -> dict[str, list[str]]:
        """The legal entities that have a zone of their own, by its name."""
        found: dict[str, list[str]] = {}
        for entity, zone in self.by_entity.items():
            if entity != EVERY_OTHER:
                found.setdefault(zone.key, []).append(entity)
        return found

    @property
    def of_others(self) -> str:
        """The name of the zone of all other legal entities."""
        zone = self.by_entity.get(EVERY_OTHER)
        return "UTC" if zone is None else zone.key

    def month_of(self, moment: str) -> tuple[str, dict[str, Any]]:
        """The expression of the month (`2026-03`) of a moment, on the calendar of the row's `LegalEntity`; empty for null.

        Returns it with the values that are bound in it.
        """
        values: dict[str, Any] = {"q_zone": self.of_others}
        cases = [f"{moment} IS NULL, ''"]
        for number, (zone, entities) in enumerate(self.by_zone().items()):
            values |= {f"q_zone_{number}": zone, f"q_entities_{number}": entities}
            local = f"formatDateTime({moment}, '%Y-%m', {{q_zone_{number}:String}})"
            cases.append(f"has({{q_entities_{number}:Array(String)}}, LegalEntity), {local}")
        return f"multiIf({', '.join(cases)}, formatDateTime({moment}, '%Y-%m', {{q_zone:String}}))", values

    def end_of(self, day: date, legal_entities: Collection[str]) -> datetime:
        """The last microsecond of that day, in UTC."""
        midnight = datetime.combine(day + timedelta(days=1), time(), self.of(legal_entities))
        return midnight.astimezone(UTC) - timedelta(microseconds=1)

    def placed(self, clock: Clock, request: Request) -> Clock:
        """The question's clock: where its `as_of` is a date, the end of it in the zone of the legal entities asked for."""
        day = as_date(request.query_params.get("as_of", ""))
        if day is None:
            return clock
        asked = request.query_params.getlist("legal_entity")
        return clock.model_copy(update={"as_of": self.end_of(day, asked)})
