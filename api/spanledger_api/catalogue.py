"""What the definitions declare, as the API needs it: the words a filter may use, and which entities a process owns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from spanledger.attributes import ENTITY_TYPES
from spanledger_api.problems import Fault, Refusal, nearest, shown, unknown_value
from spanledger_correlator.definition.calendar import Calendar
from spanledger_correlator.definition.model import Definitions, ProcessDefinition


class Catalogue:
    """The declared words over every version: a transaction may be judged by an older one."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        versions = list(definitions)
        self.processes = frozenset(version.process for version in versions)
        self.root_types = frozenset(version.entity for version in versions)
        self.owners = frozenset(rule.owner for version in versions for rule in version.owners)
        self.steps = frozenset(name for version in versions for name in version.step_names)
        self.entity_types = frozenset(ENTITY_TYPES).union(
            *((version.entity, *version.joined_by, *version.relates_to) for version in versions)
        )

    @property
    def calendars(self) -> Mapping[str, Calendar]:
        """The working calendars by name."""
        return self._definitions.calendars

    def in_force(self, at: datetime) -> list[ProcessDefinition]:
        """The version of each process that is in force at `at`, by name."""
        return sorted(self._definitions.in_force(at), key=lambda version: version.process)

    def version(self, process: str, version: int | None = None) -> ProcessDefinition | None:
        """One version of a process, without `version` its newest; None if there is none."""
        return self._definitions.get(process, version)

    def versions(self, process: str) -> list[ProcessDefinition]:
        """Every version of a process, oldest first."""
        return [version for version in self._definitions if version.process == process]

    def current(self, process: str, at: datetime) -> ProcessDefinition:
        """The version in force at `at`; before the first one came into force, the newest.

        Raises Refusal `not_found` if no such process is declared.
        """
        found = next((version for version in self.in_force(at) if version.process == process), None)
        found = found or self.version(process)
        if found is None:
            raise Refusal(
                f"There is no process `{shown(process)}`.", code="not_found", hint=nearest(process, self.processes)
            )
        return found

    def check(self, where: str, values: Iterable[str], kind: str, known: frozenset[str]) -> list[Fault]:
        """A fault for each value that is none of the known ones."""
        return [unknown_value(where, value, kind, known) for value in values if value not in known]
