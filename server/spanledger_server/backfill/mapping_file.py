"""Reads a mapping; a mistake is told with the file, the line and what to write instead. All mistakes at once."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spanledger_server.backfill.errors import MappingInvalid
from spanledger_server.backfill.located_yaml import Located, NotYaml, Place, read_yaml
from spanledger_server.backfill.mapping import (
    Amount,
    CsvFormat,
    EntityList,
    Fact,
    Filter,
    Mapping,
    NamedStep,
    NamedSteps,
    Objects,
    Time,
)

_PARTS: tuple[type[BaseModel], ...] = (
    Mapping, Amount, CsvFormat, EntityList, Fact, Filter, NamedStep, NamedSteps, Objects, Time,
)  # fmt: skip
_KEYS = sorted({field.alias or name for part in _PARTS for name, field in part.model_fields.items()})


def load_mapping(path: Path) -> tuple[Mapping, str]:
    """The mapping of a file, and the file's text. Raises MappingInvalid with every mistake, each with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise MappingInvalid(f"{path}: there is no such file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise MappingInvalid(f"{path}: cannot read the mapping: {error}.") from error
    try:
        located = read_yaml(text)
    except NotYaml as error:
        raise MappingInvalid(f"{path}:{error.line}: {error}.", hint="Correct the YAML.") from error
    if not isinstance(located.value, dict):
        raise MappingInvalid(f"{path}:1: a mapping holds keys and values, beginning with `system:` or `time:`.")
    try:
        return Mapping.model_validate(located.value), text
    except ValidationError as error:
        mistakes = [_mistake(path, located, one) for one in error.errors(include_url=False)]
        raise MappingInvalid("\n".join(mistakes)) from error


def _mistake(path: Path, located: Located, error: Any) -> str:
    place: Place = tuple(part for part in error["loc"] if not str(part).startswith(("<", "[")))
    name = ".".join(str(part) for part in place) or "the mapping"
    line = located.line(place)
    match error["type"]:
        case "missing":
            what = f"`{place[-1]}` is missing; add `{place[-1]}:`"
        case "extra_forbidden":
            near = difflib.get_close_matches(str(place[-1]), _KEYS, n=1)
            what = f"there is no key `{place[-1]}` here" + (f"; did you mean `{near[0]}`?" if near else "")
        case "string_pattern_mismatch" if "\\." in error["ctx"]["pattern"]:
            what = f"`{error['input']}` in `{name}` must be two words with a dot, such as `invoice.posted`"
        case "string_pattern_mismatch":
            what = f"`{error['input']}` in `{name}` must be lower-case letters, digits and underscores"
        case "value_error":
            what = f"`{name}`: {error['ctx']['error']}"
        case _:
            what = f"`{name}`: {error['msg'][0].lower()}{error['msg'][1:]}"
    return f"{path}:{line}: {what}"
