"""Which format a list's answer has: the `format` parameter's, else the `Accept` header's."""

from __future__ import annotations

from typing import Final, Literal, get_args

from fastapi import Request

from spanledger_api.problems import Refusal

Format = Literal["json", "csv", "xlsx", "ndjson"]
MEDIA_TYPES: Final[dict[Format, str]] = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
}
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


def format_of(request: Request, chosen: Format | None) -> Format:
    """The format to answer in; of several that are accepted alike the first of `FORMATS`.

    Raises Refusal `not_acceptable` if the header accepts none of them and no format was chosen.
    """
    if chosen is not None:
        return chosen
    header = request.headers.get("accept", "")
    if not header.strip():
        return "json"
    weights = {offered: _weight(header, MEDIA_TYPES[offered]) for offered in FORMATS}
    best = max(FORMATS, key=lambda offered: weights[offered])
    if weights[best] <= 0:
        raise Refusal(
            f"`Accept: {header[:200]}` takes none of {', '.join(one.upper() for one in FORMATS)}.",
            code="not_acceptable",
            hint="Send `Accept: application/json` or `Accept: text/csv`, or add `format=json`, `csv`, `xlsx` or `ndjson`.",
        )
    return best


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
