"""What the OpenAPI document says of an operation beyond its types: an example of its answer, and its problems."""

from __future__ import annotations

import http
import json
from importlib import resources
from typing import Any, Final

from spanledger_api.lists.formats import FORMATS, MEDIA_TYPES
from spanledger_api.problems import CODES, MEDIA_TYPE, TYPE_PREFIX, ProblemDetails

Responses = dict[int | str, dict[str, Any]]

DESCRIPTION: Final = """
Which business transactions are stuck, since when, for how much, why, and who must act.

Every answer is about a moment: now, or `as_of`. Money is a decimal as a string beside its currency; times are RFC 3339
in UTC; a refusal is RFC 9457 problem details with a stable `code`, what is wrong, where, and what to do.
"""


def example(name: str) -> Responses:
    """The `responses` for a successful answer, from `examples/<name>.json`."""
    return {200: {"content": {"application/json": {"example": json.loads(_file(f"{name}.json"))}}}}


def listed(name: str, *, csv: str | None = None) -> Responses:
    """The same for a list, which can be a file of any format; `examples/<csv>.csv` shows one."""
    found = example(name)
    content = found[200]["content"]
    content |= {MEDIA_TYPES[one]: {"schema": {"type": "string"}} for one in FORMATS if one != "json"}
    content[MEDIA_TYPES["xlsx"]]["schema"]["format"] = "binary"
    if csv is not None:
        content[MEDIA_TYPES["csv"]]["example"] = _file(f"{csv}.csv")
    found[200]["headers"] = {"ETag": {"description": "Send it back as `If-None-Match`.", "schema": {"type": "string"}}}
    found[304] = {"description": "Nothing has changed: the request's `If-None-Match` names the answer."}
    return found


def with_chosen_fields(document: dict[str, Any]) -> dict[str, Any]:
    """The document in which the answer of a list that takes `fields` may also have items with fewer of them."""
    for item in document["paths"].values():
        for operation in item.values():
            if any(parameter["name"] == "fields" for parameter in operation.get("parameters", [])):
                content = operation["responses"]["200"]["content"]["application/json"]
                content["schema"] = {"anyOf": [content["schema"], _FEWER_FIELDS]}
    return document


_FEWER_FIELDS: Final = {
    "type": "object",
    "description": "With `fields`: each item has these alone.",
    "required": ["as_of", "items"],
    "properties": {"items": {"type": "array", "items": {"type": "object"}}},
}


def documented(*codes: str) -> Responses:
    """The `responses` of an operation's OpenAPI for these problem codes."""
    answers: Responses = {}
    for status in sorted({CODES[code][0] for code in codes}):
        here = [code for code in codes if CODES[code][0] == status]
        title = CODES[here[0]][1]
        answers[status] = {
            "model": ProblemDetails,
            "description": f"{http.HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in here)}",
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/ProblemDetails"},
                    "example": {
                        "type": f"{TYPE_PREFIX}{here[0]}",
                        "title": title,
                        "status": status,
                        "detail": f"{title}.",
                        "instance": "/v1/stuck",
                        "code": here[0],
                        "hint": "What to do about it.",
                        "errors": [],
                    },
                }
            },
        }
    return answers


def _file(name: str) -> str:
    return (resources.files("spanledger_api") / "examples" / name).read_text(encoding="utf-8")
