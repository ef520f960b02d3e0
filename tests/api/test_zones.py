"""A date's day ends where the legal entity sits."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_api.zones import Zones
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store
from tests.api import story

ZONES = Zones({"DE01": ZoneInfo("Europe/Berlin"), "US01": ZoneInfo("America/New_York"), "*": ZoneInfo("Asia/Tokyo")})


@pytest.mark.parametrize(
    ("entities", "ends"),
    [
        (["DE01"], "2026-03-29T21:59:59.999999+00:00"),
        (["US01"], "2026-03-30T03:59:59.999999+00:00"),
        (["DE01", "DE01"], "2026-03-29T21:59:59.999999+00:00"),
        (["DE01", "US01"], "2026-03-29T14:59:59.999999+00:00"),
        (["FR01"], "2026-03-29T14:59:59.999999+00:00"),
        ([], "2026-03-29T14:59:59.999999+00:00"),
    ],
)
def test_the_end_of_the_day_that_the_clocks_change(entities: list[str], ends: str) -> None:
    assert ZONES.end_of(date(2026, 3, 29), entities).isoformat() == ends


def test_without_zones_a_day_ends_in_utc() -> None:
    assert Zones().end_of(date(2026, 3, 31), ["DE01"]).isoformat() == "2026-03-31T23:59:59.999999+00:00"


def test_a_question_as_of_a_date_says_which_moment_it_took(told: Store, definitions: Definitions) -> None:
    app = create_app(told, definitions, clock=lambda: story.NOW, zones=ZONES)
    with TestClient(app, base_url="http://localhost") as client:

        def moment(**asked: Any) -> str:
            return str(client.get("/v1/stuck", params=asked).json()["as_of"])

        assert moment(as_of="2026-03-10", legal_entity="DE01") == "2026-03-10T22:59:59.999999Z"
        assert moment(as_of="2026-03-10T12:00:00Z", legal_entity="DE01") == "2026-03-10T12:00:00Z"
