"""From the framework's validation errors to faults: what was wrong, where, and what to write instead."""

from __future__ import annotations

import re
from typing import Any

from fastapi.exceptions import RequestValidationError

from spanledger_api.problems import CODES, Fault, Refusal, nearest, refusal_of, shown

_QUOTED = re.compile(r"'([^']*)'")


def refusal_for(error: RequestValidationError) -> Refusal:
    """One refusal for all that the framework found wrong."""
    return refusal_of([_fault(found) for found in error.errors()])


def _fault(found: dict[str, Any]) -> Fault:
    where = ".".join(shown(str(part)) for part in found["loc"])
    name = next((str(part) for part in reversed(found["loc"]) if isinstance(part, str)), "request")
    given = shown(str(found.get("input")))
    context = found.get("ctx", {})
    if found["type"] in CODES:
        return Fault(code=found["type"], where=where, what=f"{name}: {context['what']}", do=context["do"])
    if found["type"] == "missing":
        return Fault(code="invalid_value", where=where, what=f"`{name}` is missing.", do=f"Add `{name}`.")
    if found["type"] == "literal_error":
        words = _QUOTED.findall(context["expected"])
        return Fault(code="unknown_value", where=where, what=f"There is no {name} `{given}`.", do=nearest(given, words))
    message = str(found["msg"]).removeprefix("Input ").rstrip(".")
    return Fault(
        code="invalid_value", where=where, what=f"`{given}` is no {name}.", do=f"Write a value that {message}."
    )
