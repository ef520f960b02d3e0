"""A list's answer written down in the format that was asked for."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from spanledger_api.lists import csv_file
from spanledger_api.lists.formats import MEDIA_TYPES, Format
from spanledger_api.lists.listing import Listing, ListParameters
from spanledger_api.lists.xlsx_file import workbook

_TYPES: Final[dict[Format, str]] = {**MEDIA_TYPES, "csv": csv_file.MEDIA_TYPE}


def written(listing: Listing, parameters: ListParameters, wanted: Format) -> Response:
    """The response. Raises Refusal `unknown_value` for a field that there is not, `too_many_rows` for too long a file."""
    if wanted == "json":
        return Response(_json(listing, parameters), media_type=_TYPES[wanted])
    listing.require_all()
    body = _ndjson(listing, parameters) if wanted == "ndjson" else _table(listing, parameters, wanted)
    headers = {"Content-Disposition": f'attachment; filename="{listing.name}.{wanted}"'}
    return Response(body, media_type=_TYPES[wanted], headers=headers)


def _json(listing: Listing, parameters: ListParameters) -> str:
    if parameters.fields is None:
        return listing.answer.model_dump_json()
    chosen = set(parameters.chosen(list(listing.item_type.model_fields)))
    include: Any = dict.fromkeys(type(listing.answer).model_fields, True) | {"items": {"__all__": chosen}}
    return listing.answer.model_dump_json(include=include)


def _ndjson(listing: Listing, parameters: ListParameters) -> str:
    chosen = set(parameters.chosen(list(listing.item_type.model_fields)))
    return "".join(f"{one.model_dump_json(include=chosen)}\n" for one in listing.items)


def _table(listing: Listing, parameters: ListParameters, wanted: Format) -> str | bytes:
    columns = parameters.chosen(listing.columns)
    lines = (line for one in listing.items for line in listing.lines(one))
    if wanted == "csv":
        return csv_file.document(columns, lines)
    return workbook(columns, lines, listing.name, listing.about)
