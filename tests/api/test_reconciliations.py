"""Which sums agree, and which entities make the difference."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_rules_and_refusals(reader: TestClient) -> None:
    answer = reader.get("/v1/reconciliations?rule=approved-hours-posted").json()
    assert [(one["rule"], one["owner"], one["zone"]) for one in answer["rules"]] == [
        ("approved-hours-posted", "finance-operations", "Europe/Berlin")
    ]
    assert reader.get("/v1/reconciliations?rule=aproved-hours").json()["code"] == "unknown_value"
    assert reader.get("/v1/reconciliations/nothing?period=2026-03").json()["code"] == "not_found"
    refused = reader.get("/v1/reconciliations/approved-hours-posted?period=2026-03").json()
    assert refused["detail"] == "`approved-hours-posted` compares by project, and 0 keys are given."


def test_entities_on_one_side_are_listed(reader: TestClient) -> None:
    answer = reader.get("/v1/reconciliations/approved-hours-posted?period=2026-03&key=PRJ-3").json()
    assert [(one["entity"], one["left"], one["right"], one["right_at"]) for one in answer["items"]] == [
        ("TE-3", "6.5", "0", None)
    ]


def test_balances_have_a_state(reader: TestClient) -> None:
    (open_one,) = reader.get("/v1/reconciliations?state=open").json()["items"]
    assert (open_one["left"], open_one["right"], open_one["difference"], open_one["unit"]) == (
        "22.5",
        "16",
        "6.5",
        "hours",
    )
    (gap,) = reader.get("/v1/reconciliations?state=gap&as_of=2026-05-01").json()["items"]
    assert (gap["period"], gap["keys"], gap["state"]) == ("2026-03", {"project": "PRJ-3"}, "gap")
