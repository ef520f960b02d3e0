"""Which format a body has: an answer takes the `format` parameter's, else the `Accept` header's; a request is JSON."""

from __future__ import annotations

from fastapi import Request

from spanledger_api.parameters import Format
from spanledger_api.problems import Refusal

_OFFERED: dict[str, Format] = {"application/json": "json", "text/csv": "csv"}


def wants_csv(request: Request, chosen: Format | None) -> bool:
    """Whether the answer is CSV; JSON where both are accepted alike.

    Raises Refusal `not_acceptable` if the header accepts neither and no format was chosen.
    """
    if chosen is not None:
        return chosen == "csv"
    header = request.headers.get("accept", "")
    weights = (
        {offered: _weight(header, offered) for offered in _OFFERED} if header.strip() else {"application/json": 1.0}
    )
    best = max(weights, key=lambda offered: weights[offered])
    if weights[best] <= 0:
        raise Refusal(
            f"`Accept: {header[:200]}` takes neither JSON nor CSV.",
            code="not_acceptable",
            hint="Send `Accept: application/json` or `Accept: text/csv`, or add `format=json` or `format=csv`.",
        )
    return _OFFERED[best] == "csv"


def require_json(request: Request) -> None:
    """Check that a body is said to be JSON: a page in a browser cannot send that to another address unasked.

    Raises Refusal `not_json`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(
            "The body is not said to be JSON.", code="not_json", hint="Send `Content-Type: application/json`."
        )


def _weight(header: str, offered: str) -> float:
    """The quality value that the most specific matching range gives to a media type (RFC 9110, 12.5.1)."""
    ranges = {offered: 2, f"{offered.partition('/')[0]}/*": 1, "*/*": 0}
    found = [(-1, 0.0)]
    for part in header.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media in ranges:
            found.append((ranges[media], _quality(parameters)))
    return max(found)[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
