"""Which invoices are stuck: every field, the ranking, the totals."""

from __future__ import annotations

from decimal import Decimal

from starlette.testclient import TestClient

from tests.api.conftest import NOW, Stage, ago, calm, verdict


def keys(client: TestClient, query: str = "") -> list[str]:
    """The ids of the stuck items, in their order."""
    answer = client.get(f"/v1/stuck{query}")
    assert answer.status_code == 200, answer.text
    return [item["entity"]["id"] for item in answer.json()["items"]]


def test_an_item_says_everything(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("INV-1042"))
    answer = client.get("/v1/stuck?entity=invoice").json()
    assert answer == {
        "as_of": "2026-04-03T12:00:00Z",
        "known": "then",
        "count": 1,
        "by_severity": {"critical": 0, "high": 0, "medium": 1, "low": 0},
        "totals": [{"currency": "EUR", "amount": "48200.00", "entities": 1}],
        "ageing": [
            {
                "from_days": 3,
                "to_days": 7,
                "count": 1,
                "totals": [{"currency": "EUR", "amount": "48200.00", "entities": 1}],
            }
        ],
        "reporting": None,
        "items": [
            {
                "key": "invoice-to-cash/INV-1042",
                "process": "invoice-to-cash",
                "entity": {"type": "invoice", "id": "INV-1042", "link": "/v1/entities/invoice/INV-1042"},
                "client": "Acme GmbH",
                "amount": "48200.00",
                "currency": "EUR",
                "amounts": [
                    {
                        "currency": "EUR",
                        "amount": "48200.00",
                        "open": "48200.00",
                        "cash": "0.00",
                        "credit": "0.00",
                        "write_off": "0.00",
                        "overpaid": "0.00",
                    }
                ],
                "other_currency": [],
                "reporting_amount": None,
                "waiting_for": "invoice.posted",
                "waiting_since": "2026-03-31T08:00:00Z",
                "waited": {"seconds": 273600, "iso": "P3DT4H", "text": "3 d 4 h"},
                "why": {
                    "kind": "rejected_record",
                    "error_kind": "closed_period",
                    "code": "PERIOD_CLOSED",
                    "message": "period closed",
                    "system": "netsuite",
                    "attempts": 2,
                },
                "owner": "finance-operations",
                "severity": "medium",
                "severity_rule": "medium: {stuck: true}",
                "rate_missing": [],
                "impact": "revenue",
                "sla_state": "on_track",
                "sla_due_at": "2026-05-05T12:00:00Z",
                "sla_used_percent": 9.0,
                "due_at": "2026-03-31T12:00:00Z",
                "legal_entity": "DE01",
                "region": "emea",
                "sentence": "INV-1042 (EUR 48,200.00, Acme GmbH) has waited 3 d 4 h for *invoice posted*: NetSuite "
                'refused it twice with "period closed". Owner: finance-operations.',
                "links": {
                    "transaction": "/v1/transactions/invoice-to-cash/INV-1042",
                    "spans": "/v1/transactions/invoice-to-cash/INV-1042/spans",
                    "journey": "/v1/entities/invoice/INV-1042/journey",
                },
            }
        ],
        "next": None,
        "notes": [],
    }


def test_only_what_is_stuck_is_listed(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("A"), calm("B"), calm("C", Status="completed", ClosedAt=ago(days=1)))
    assert keys(client) == ["A"]


def test_ranked_by_severity_then_currency_then_money_times_age(client: TestClient, stage: Stage) -> None:
    def owing(name: str, currency: str, amount: str, severity: str = "medium", days: float = 1) -> dict[str, object]:
        return verdict(
            name,
            Severity=severity,
            Currencies=[currency] if currency else [],
            Amounts=[Decimal(amount)] if currency else [],
            OpenAmounts=[Decimal(amount)] if currency else [],
            WaitingSince=ago(days=days),
        )

    stage.add(
        owing("low", "EUR", "99999999", "low", 99),
        owing("none", "", "0", days=50),
        owing("none-older", "", "0", days=51),
        owing("usd", "USD", "5000"),
        owing("eur-small-old", "EUR", "100", days=100),
        owing("eur-large", "EUR", "9999"),
        owing("high", "ZAR", "1", "high"),
        owing("critical", "EUR", "1", "critical"),
    )
    assert keys(client) == ["critical", "high", "eur-small-old", "eur-large", "usd", "none-older", "none", "low"]
    assert keys(client, "?limit=3") == ["critical", "high", "eur-small-old"]


def test_the_largest_amounts_and_ages_can_be_ranked(client: TestClient, stage: Stage) -> None:
    most = Decimal("99999999999999999999999999999.999999999")
    stage.add(verdict("A", Amounts=[most], OpenAmounts=[most], WaitingSince=ago(days=40_000)), verdict("B"))
    answer = client.get("/v1/stuck?currency=EUR").json()
    assert [item["amount"] for item in answer["items"]] == [f"{most}", "48200.00"]


def test_an_entity_s_money_counts_once_however_many_processes_hold_it(client: TestClient, stage: Stage) -> None:
    stage.add(
        verdict(
            "A", Currencies=["EUR", "USD"], Amounts=[Decimal(10), Decimal(5)], OpenAmounts=[Decimal(10), Decimal(5)]
        ),
        verdict("A", Process="invoice-status-to-crm", Amounts=[Decimal(10)], OpenAmounts=[Decimal(7)]),
        verdict("B", Amounts=[Decimal("0.10")], OpenAmounts=[Decimal("0.10")]),
        verdict("C", Currencies=[], Amounts=[], OpenAmounts=[], Severity="high"),
    )
    answer = client.get("/v1/stuck?limit=1").json()
    assert answer["count"] == 4
    assert len(answer["items"]) == 1
    assert answer["by_severity"] == {"critical": 0, "high": 1, "medium": 3, "low": 0}
    assert answer["totals"] == [
        {"currency": "EUR", "amount": "10.10", "entities": 2},
        {"currency": "USD", "amount": "5.00", "entities": 1},
    ]


def test_a_currency_asked_for_is_the_one_that_counts(client: TestClient, stage: Stage) -> None:
    both = {"Currencies": ["EUR", "USD"], "Amounts": [Decimal(10), Decimal(500)]}
    stage.add(verdict("both", **both, OpenAmounts=[Decimal(9), Decimal(400)]), verdict("eur"))
    answer = client.get("/v1/stuck?currency=USD").json()
    assert [(item["entity"]["id"], item["currency"], item["amount"]) for item in answer["items"]] == [
        ("both", "USD", "400.00")
    ]
    assert answer["totals"] == [{"currency": "USD", "amount": "400.00", "entities": 1}]
    assert keys(client, "?currency=USD&min_amount=400") == ["both"]
    assert keys(client, "?currency=USD&min_amount=400.000000001") == []


def test_what_has_no_money_no_owner_and_no_client_says_null(client: TestClient, stage: Stage) -> None:
    empty = dict.fromkeys(("ClientName", "Owner", "LegalEntity", "Region", "SlaState", "WhyCode", "WhyErrorKind"), "")
    stage.add(
        verdict("A", Currencies=[], Amounts=[], OpenAmounts=[], DueAt=None, WaitingSince=None, SlaDueAt=None, **empty)
    )
    item = client.get("/v1/stuck").json()["items"][0]
    for name in ("amount", "currency", "client", "owner", "legal_entity", "region", "sla_state", "due_at", "waited"):
        assert item[name] is None, name
    assert item["amounts"] == []
    assert item["why"]["code"] is None


def test_nothing_stuck_is_an_answer(client: TestClient) -> None:
    answer = client.get("/v1/stuck").json()
    assert (answer["count"], answer["items"], answer["totals"], answer["notes"]) == (0, [], [], [])


def test_the_clock_is_passed_on_and_told(client: TestClient, stage: Stage) -> None:
    answer = client.get("/v1/stuck?as_of=2026-03-31&known=now").json()
    assert (answer["as_of"], answer["known"]) == ("2026-03-31T23:59:59.999999Z", "now")
    tenant, as_of, known = stage.asked[-1]
    assert (tenant, str(as_of), known) == ("default", "2026-03-31 23:59:59.999999+00:00", "now")
    client.get("/v1/stuck")
    assert stage.asked[-1] == ("default", None, "then")


def test_the_age_is_that_at_the_clock(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("A", WaitingSince=ago(days=3)))
    item = client.get("/v1/stuck", params={"as_of": (NOW.isoformat()).replace("+00:00", "Z")}).json()["items"][0]
    assert item["waited"]["text"] == "3 d"
    assert client.get("/v1/stuck?as_of=2026-04-02T12:00:00Z").json()["items"][0]["waited"]["text"] == "2 d"


def test_a_clock_in_the_future_is_answered_and_said_to_be(client: TestClient) -> None:
    assert "future" in client.get("/v1/stuck?as_of=2027-01-01").json()["notes"][0]


def test_a_word_that_the_data_does_not_know_is_told(client: TestClient, stage: Stage) -> None:
    stage.add(verdict("A", LegalEntity="DE01"), calm("B", LegalEntity="US01"))
    notes = client.get("/v1/stuck?legal_entity=DE1").json()["notes"]
    assert notes == ["No transaction has legal_entity `DE1`. Known are, among others: DE01, US01."]
    assert client.get("/v1/stuck?legal_entity=US01").json()["notes"] == []
