"""How many were in time: counted by what is asked for, decided or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from spanledger_api.zones import Zones
from spanledger_correlator.definition.model import Definitions

from .conftest import Stage, ago, calm, staged_app

MARCH, APRIL = datetime(2026, 3, 31, 23, tzinfo=UTC), datetime(2026, 4, 30, tzinfo=UTC)
NONE = {"process": None, "step": None, "month": None, "owner": None, "legal_entity": None}


def counts(item: dict[str, Any]) -> tuple[int, ...]:
    return tuple(item[state] for state in ("met", "met_late", "breached", "at_risk", "on_track"))


def tell(stage: Stage) -> None:
    stage.add(
        calm("A", SlaState="met", SlaDueAt=MARCH, Status="completed", StepSlaState=["", "met", "met_late", "", ""]),
        calm("B", SlaState="met", SlaDueAt=MARCH, Status="completed", LegalEntity="US01"),
        calm("C", SlaState="met_late", SlaDueAt=MARCH, Status="completed", Owner="erp-team"),
        calm("D", SlaState="breached", SlaDueAt=APRIL),
        calm("E", SlaState="at_risk", SlaDueAt=APRIL),
        calm("F", SlaState="on_track", SlaDueAt=None),
        calm("G", SlaState="", SlaDueAt=None, Status="cancelled"),
    )


def test_by_all_that_matters(client: TestClient, stage: Stage) -> None:
    tell(stage)
    answer = client.get("/v1/sla").json()
    assert counts(answer["total"]) == (2, 1, 1, 1, 1)
    assert answer["total"] == answer["total"] | NONE | {"attainment": 0.5}
    found = [
        (one["month"], one["owner"], one["legal_entity"], counts(one), one["attainment"]) for one in answer["items"]
    ]
    assert found == [
        (None, "finance-operations", "DE01", (0, 0, 0, 0, 1), None),
        ("2026-03", "erp-team", "DE01", (0, 1, 0, 0, 0), 0.0),
        ("2026-03", "finance-operations", "DE01", (1, 0, 0, 0, 0), 1.0),
        ("2026-03", "finance-operations", "US01", (1, 0, 0, 0, 0), 1.0),
        ("2026-04", "finance-operations", "DE01", (0, 0, 1, 1, 0), 0.0),
    ]
    assert {one["process"] for one in answer["items"]} == {"invoice-to-cash"}


def test_by_one_dimension_and_filtered(client: TestClient, stage: Stage) -> None:
    tell(stage)
    (march, april) = client.get("/v1/sla?by=month&sla=met&sla=met_late&sla=breached").json()["items"]
    assert (march["month"], march["process"], march["attainment"]) == ("2026-03", None, 0.6667)
    assert (april["month"], counts(april)) == ("2026-04", (0, 0, 1, 0, 0))
    by_two = client.get("/v1/sla?by=owner&by=legal_entity&legal_entity=US01").json()["items"]
    assert [(one["owner"], one["legal_entity"], one["month"]) for one in by_two] == [
        ("finance-operations", "US01", None)
    ]


def test_steps_by_their_deadlines(client: TestClient, stage: Stage) -> None:
    tell(stage)
    items = client.get("/v1/sla?of=steps&by=process").json()["items"]
    assert [(one["step"], counts(one)) for one in items] == [
        ("invoice.posted", (1, 0, 6, 0, 0)),
        ("invoice.synced_to_crm", (0, 1, 0, 0, 0)),
    ]


def test_nothing_to_count_says_so(client: TestClient, stage: Stage) -> None:
    answer = client.get("/v1/sla").json()
    assert (answer["items"], answer["total"]["attainment"]) == ([], None)
    assert client.get("/v1/sla?by=team").status_code == 422


def test_a_month_is_that_of_the_zone_of_the_legal_entity(stage: Stage, definitions: Definitions) -> None:
    tell(stage)
    zones = Zones({"DE01": ZoneInfo("Europe/Berlin"), "AT01": ZoneInfo("Europe/Berlin"), "*": ZoneInfo("Asia/Tokyo")})
    stage.add(calm("H", SlaState="met", SlaDueAt=MARCH.replace(hour=14), Status="completed", LegalEntity="US01"))
    with TestClient(staged_app(stage, definitions, zones=zones), base_url="http://localhost") as client:
        items = client.get("/v1/sla?by=month&by=legal_entity").json()["items"]
        # 23:00 UTC is the next day in Berlin and in Tokyo; 14:00 is not, yet.
        assert [(one["month"], one["legal_entity"], counts(one)) for one in items] == [
            (None, "DE01", (0, 0, 0, 0, 1)),
            ("2026-03", "US01", (1, 0, 0, 0, 0)),
            ("2026-04", "DE01", (1, 1, 1, 1, 0)),
            ("2026-04", "US01", (1, 0, 0, 0, 0)),
        ]
    america = Zones({"DE01": ZoneInfo("America/New_York")})
    with TestClient(staged_app(stage, definitions, zones=america), base_url="http://localhost") as client:
        months = {one["month"] for one in client.get("/v1/sla?by=month&legal_entity=DE01").json()["items"]}
        assert months == {None, "2026-03", "2026-04"}


def test_a_transaction_says_how_much_of_its_time_is_used(client: TestClient, stage: Stage) -> None:
    stage.add(calm("A", SlaState="on_track", StartedAt=ago(days=14), StepFirstSuccess=[ago(days=14), *[None] * 4]))
    stage.add(calm("B", SlaState="on_track", Pauses=[(ago(days=2), None)], PausedAt=ago(days=2), SlaDueAt=None))
    first, second = client.get("/v1/transactions?sort=key").json()["items"]
    assert (first["sla"]["used_percent"], first["sla"]["tier"], first["paused_since"]) == (30.4, None, None)
    assert (second["sla"]["used_percent"], second["paused_since"]) == (None, "2026-04-01T12:00:00Z")
