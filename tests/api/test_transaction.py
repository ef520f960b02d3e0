"""One transaction of the story: steps, problems, evidence and spans."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.api.conftest import Stage, ago, calm

ADDRESS = "/v1/transactions/invoice-to-cash/INV-1042"


def page(client: TestClient, address: str = ADDRESS) -> dict[str, Any]:
    """A transaction's page."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_page_says_what_is_the_matter(reader: TestClient) -> None:
    invoice = page(reader)
    assert invoice["sentence"] == (
        "INV-1042 (EUR 48,200.00, Acme GmbH) has waited 4 d 2 h for *invoice posted*: "
        'NetSuite refused it twice with "period closed". Owner: finance-operations.'
    )
    assert (invoice["status"], invoice["stuck"], invoice["redirected_from"]) == ("open", True, None)
    assert [(one["kind"], one["step"], one["since"]) for one in invoice["exceptions"]] == [
        ("rejected_record", "invoice.posted", "2026-03-18T09:45:00Z"),
        ("overdue_step", "invoice.posted", "2026-03-18T13:00:00Z"),
    ]
    assert [(one["type"], one["id"]) for one in invoice["related"]] == [
        ("account", "ACC-7"),
        ("billing_event", "BE-1"),
        ("project", "PRJ-3"),
    ]


def test_steps_stand_in_the_order_they_happened_then_as_defined(reader: TestClient) -> None:
    assert [(step["step"], step["state"], step["attempts"]) for step in page(reader)["steps"]] == [
        ("invoice.generated", "done", 1),
        ("invoice.posted", "failing", 2),
        ("invoice.synced_to_crm", "pending", 0),
        ("credit_note.issued", "not_required", 0),
        ("payment.received", "pending", 0),
    ]
    posted = page(reader)["steps"][1]
    assert posted["deadline"] == "2026-03-18T13:00:00Z"
    assert posted["last_failure"] == "2026-03-18T10:30:00Z"
    assert (posted["system"], posted["required"], posted["sla_state"]) == ("netsuite", True, "breached")
    paid = page(reader, "/v1/transactions/invoice-to-cash/INV-1043")
    assert [(step["step"], step["state"]) for step in paid["steps"]] == [
        ("invoice.generated", "done"),
        ("invoice.posted", "done"),
        ("invoice.synced_to_crm", "done"),
        ("payment.received", "waiting"),
        ("credit_note.issued", "not_required"),
    ]


def test_every_span_has_its_evidence_in_words(reader: TestClient) -> None:
    invoice = page(reader)
    assert invoice["evidence_count"] == 3
    assert [one["text"] for one in invoice["evidence"]] == [
        "*invoice generated* (success) belongs here: its span names invoice INV-1042.",
        "*invoice posted* (rejected) belongs here: its span names invoice INV-1042.",
        "*invoice posted* (rejected) belongs here: its span names invoice SI-9, an alias of invoice INV-1042.",
    ]
    project = page(reader, "/v1/transactions/opportunity-to-project/OPP-1")
    linked = next(one for one in project["evidence"] if one["step"] == "project.activated")
    assert linked["rule"] == 3
    assert linked["key"] == "project PRJ-3"
    assert linked["text"].startswith(
        "*project activated* (success) belongs here: its span names project PRJ-3, which is linked to the root (span "
    )
    assert linked["carrier_span_id"] == next(
        one["span_id"] for one in project["evidence"] if one["step"] == "project.created"
    )


def test_spans_stand_in_time_order(reader: TestClient) -> None:
    spans = page(reader)["spans"]
    assert [(span["step"], span["outcome"], span["happened"]) for span in spans] == [
        ("invoice.generated", "success", "2026-03-18T09:00:00Z"),
        ("invoice.posted", "rejected", "2026-03-18T09:30:00Z"),
        ("invoice.posted", "rejected", "2026-03-18T10:30:00Z"),
    ]
    assert (spans[1]["amount"], spans[1]["currency"]) == ("48200.00", "EUR")
    assert spans[1]["error"] == {
        "kind": "closed_period",
        "code": "PERIOD_CLOSED",
        "message": "period closed",
        "retryable": None,
    }
    assert spans[0]["error"] is None


def test_asked_by_an_alias_it_answers_with_its_own_key_and_says_so(reader: TestClient) -> None:
    redirected = page(reader, "/v1/transactions/invoice-to-cash/SI-9")
    assert redirected["redirected_from"] == "invoice-to-cash/SI-9"
    assert {**redirected, "redirected_from": None} == page(reader)


def test_what_was_paid_in_part_says_what_is_open(reader: TestClient) -> None:
    invoice = page(reader, "/v1/transactions/invoice-to-cash/INV-1043")
    assert invoice["amounts"] == [
        {
            "currency": "EUR",
            "amount": "1000.00",
            "open": "600.00",
            "cash": "400.00",
            "credit": "0.00",
            "write_off": "0.00",
            "overpaid": "0.00",
        }
    ]
    assert invoice["sentence"] == (
        "INV-1043 (EUR 600.00 of 1,000.00 open, Acme GmbH) has waited 15 d for *payment received*, "
        "which is due in 14 d 23 h (6 April 2026)."
    )
    settled = page(reader, "/v1/transactions/invoice-to-cash/INV-1044")
    assert (settled["status"], settled["closed_at"]) == ("completed", "2026-03-12T09:00:00Z")


def test_as_of_an_earlier_moment_it_is_as_it_was(reader: TestClient) -> None:
    then = page(reader, f"{ADDRESS}?as_of=2026-03-18T09:40:00Z&known=now")
    assert (then["stuck"], then["why"], then["waiting_for"]) == (False, None, "invoice.posted")
    assert [span["outcome"] for span in then["spans"]] == ["success", "rejected"]
    assert then["evidence_count"] == 2
    assert then["as_of"] == "2026-03-18T09:40:00Z"
    # By what was known then there was nothing: the story was stored later.
    assert reader.get(f"{ADDRESS}?as_of=2026-03-18T09:40:00Z").status_code == 404
    late = page(reader, f"{ADDRESS}?as_of=2026-03-22")
    found = [[(one["id"], one["state"], one["since"]) for one in view["exceptions"]] for view in (late, page(reader))]
    assert found[0] == found[1]


def test_the_page_tells_pauses_and_what_is_used_of_each_budget(client: TestClient, stage: Stage) -> None:
    pauses = [(ago(hours=70), ago(hours=46)), (ago(hours=1), None)]
    deadlines = [None, ago(hours=-10), None, None, None]
    stage.add(
        calm(
            "P", Pauses=pauses, PausedAt=ago(hours=1), StepDeadline=deadlines, StepSlaState=["", "on_track", "", "", ""]
        )
    )
    shown = page(client, "/v1/transactions/invoice-to-cash/P")
    assert [(one["since"], one["until"], one["length"]["text"]) for one in shown["pauses"]] == [
        ("2026-03-31T14:00:00Z", "2026-04-01T14:00:00Z", "1 d"),
        ("2026-04-03T11:00:00Z", None, "1 h"),
    ]
    assert shown["paused_since"] == "2026-04-03T11:00:00Z"
    assert shown["sentence"].endswith(" as it waits for someone outside.")
    posted = next(step for step in shown["steps"] if step["step"] == "invoice.posted")
    # 76 hours until now, of which 25 stood still; the deadline leaves 86, of which 24 stood still.
    assert (posted["budget"]["used"]["text"], posted["budget"]["budget"]["text"]) == ("2 d 3 h", "2 d 14 h")
    assert (posted["budget"]["used_percent"], posted["sla_state"]) == (82.2, "at_risk")
    assert shown["sla_budget"]["used_percent"] == 6.2
