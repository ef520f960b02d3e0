"""Every list that is read as a whole takes words, an order, a length, fields and formats alike."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from spanledger_api.lists.whole import SortedListParameters, whole_listing

LISTS = {
    "/v1/sla?by=process": "on_track",
    "/v1/sla/burn?of=steps&days=60": "decided",
    "/v1/sources": "source",
    "/v1/producers?whole=true": "producer",
    "/v1/corrections": "at",
    "/v1/processes": "title",
    "/v1/reconciliations": "difference",
    "/v1/reconciliations/approved-hours-posted?period=2026-03&key=PRJ-3": "entity",
    "/v1/totals": "seen",
    "/v1/replays": "asked_at",
    "/v1/transactions/invoice-to-cash/INV-1042/spans": "",
}
"""The lists, and a field of each to order by; of pages by position there is no other order."""


def ask(reader: TestClient, address: str, **more: str) -> Any:
    answer = reader.get(f"{address}{'&' if '?' in address else '?'}{urlencode(more)}")
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("address", LISTS)
def test_formats_and_fields(reader: TestClient, address: str) -> None:
    items = ask(reader, address).json()["items"]
    assert items
    lines = ask(reader, address, format="ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == items
    table = list(csv.DictReader(io.StringIO(ask(reader, address, format="csv").text.removeprefix("\ufeff"))))
    assert len(table) == len(items)
    assert ask(reader, address, format="xlsx").content[:2] == b"PK"
    name = next(iter(items[0]))
    assert ask(reader, address, fields=name).json()["items"] == [{name: one[name]} for one in items]
    assert ask(reader, address, limit="1").json()["items"] == items[:1]


@pytest.mark.parametrize(("address", "field"), [(address, field) for address, field in LISTS.items() if field])
def test_order_by_any_field(reader: TestClient, address: str, field: str) -> None:
    items = ask(reader, address).json()["items"]
    up = [one[field] for one in ask(reader, address, sort=field).json()["items"]]
    down = [one[field] for one in ask(reader, address, sort=f"-{field}").json()["items"]]
    key = float if field == "difference" else lambda value: value
    assert up == sorted((one[field] for one in items), key=key)
    assert down == sorted((one[field] for one in items), key=key, reverse=True)
    refused = reader.get(f"{address}{'&' if '?' in address else '?'}sort=nothing").json()
    assert refused["code"] == "unknown_value"


@pytest.mark.parametrize(
    ("address", "words", "expected"),
    [
        ("/v1/sources", "netsuite ERP-team", 1),
        ("/v1/sources", "netsuite salesforce", 0),
        ("/v1/corrections", "MIA advice", 1),
        ("/v1/corrections", "nobody", 0),
        ("/v1/replays", "te-3 mia", 1),
        ("/v1/processes", "cash", 1),
        ("/v1/totals", "netsuite", 2),
        ("/v1/producers?whole=true", "9f2c", 1),
    ],
)
def test_words(reader: TestClient, address: str, words: str, expected: int) -> None:
    assert len(ask(reader, address, q=words).json()["items"]) == expected


def test_a_count_is_of_what_matches(reader: TestClient) -> None:
    for words, count in (("mia", 1), ("nobody", 0)):
        assert ask(reader, "/v1/replays", q=words).json()["count"] == count
    everything = ask(reader, "/v1/corrections").json()
    assert ask(reader, "/v1/corrections", limit="1").json()["count"] == everything["count"] == len(everything["items"])
    assert ask(reader, "/v1/corrections", q="nobody").json()["count"] == 0


class Line(BaseModel):
    value: Any


class Lines(BaseModel):
    as_of: datetime = datetime(2026, 3, 1, tzinfo=UTC)
    items: list[Line]


@pytest.mark.parametrize(
    ("values", "upwards"),
    [
        (["b", None, "A", "", "c"], ["A", "b", "c"]),
        (["NaN", "-1", "Infinity"], ["-1", "Infinity", "NaN"]),
        (["10", "9.5", "-100.25"], ["-100.25", "9.5", "10"]),
        ([3, None, 1], [1, 3]),
        (
            [datetime(2026, 3, 2, tzinfo=UTC), None, datetime(2026, 3, 1, tzinfo=UTC)],
            [datetime(2026, 3, d, tzinfo=UTC) for d in (1, 2)],
        ),
    ],
)
def test_what_has_no_value_stands_last_in_either_direction(values: list[Any], upwards: list[Any]) -> None:
    answer = Lines(items=[Line(value=one) for one in values])
    empty = [one for one in values if one in (None, "")]
    for sort, expected in (("value", upwards), ("-value", upwards[::-1])):
        found = whole_listing(answer, "lines", SortedListParameters(sort=sort), 100).answer
        assert isinstance(found, Lines)
        assert [one.value for one in found.items] == [*expected, *empty]
