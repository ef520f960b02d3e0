"""The definitions that come along: one file a process, named as the process is."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from spanledger_correlator.definition.errors import did_you_mean
from spanledger_store.errors import DefinitionInvalid

PACK = Path(__file__).parents[1] / "pack"
PACK_CALENDARS = PACK / "calendars"


def pack_processes() -> tuple[str, ...]:
    """The processes of the pack, by name."""
    return tuple(sorted(file.stem for file in PACK.glob("*.yaml")))


def pack_files(chosen: bool | Collection[str]) -> list[Path]:
    """The files of all processes of the pack (True), of none (False), or of those that are named.

    Raises DefinitionInvalid for a name that the pack does not have.
    """
    present = pack_processes()
    names = (present if chosen else ()) if isinstance(chosen, bool) else chosen
    for name in names:
        if name not in present:
            raise DefinitionInvalid(f"the pack has no process `{name}`", hint=did_you_mean(name, present))
    return [PACK / f"{name}.yaml" for name in names]
