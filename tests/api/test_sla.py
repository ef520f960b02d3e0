"""How many were in time: counted by what is asked for, decided or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from .conftest import Stage, calm

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
