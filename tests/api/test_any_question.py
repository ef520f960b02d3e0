"""Whatever is asked, the answer is a documented one: never a failure inside."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from spanledger_api.spans import SpansParameters
from spanledger_api.stuck import StuckParameters
from spanledger_api.transactions import TransactionsParameters

NAMES = sorted(
    {*StuckParameters.model_fields, *TransactionsParameters.model_fields, *SpansParameters.model_fields, "x"}
)
WORDS = [
    "2026-03-20", "2026-02-30", "9999-12-31", "now", "then", "EUR", "eur", "0", "1", "-1", "1e9", "true", "json", "csv",
    "high", "open", "invoice", "invoice-to-cash", "-amount", "key", "", "'", "\\", "{x:String}", "NaN", "DE01",
]  # fmt: skip
values = st.one_of(st.sampled_from(WORDS), st.text(max_size=20))
ids = st.one_of(st.sampled_from(["INV-1042", "SI-9", "PRJ-3", "invoice", "invoice-to-cash"]), st.text(max_size=20))
questions = st.dictionaries(st.sampled_from(NAMES), values, max_size=3)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(
        [
            "/v1/stuck",
            "/v1/transactions",
            "/v1/processes",
            "/v1/processes/{0}",
            "/v1/transactions/{0}/{1}",
            "/v1/transactions/{0}/{1}/spans",
            "/v1/entities/{0}/{1}",
            "/v1/entities/{0}/{1}/journey",
        ]
    ),
    ids,
    ids,
    questions,
)
def test_any_question_has_a_documented_answer(
    reader: TestClient, address: str, first: str, second: str, question: dict[str, str]
) -> None:
    answer = reader.get(address.format(quote(first, safe=""), quote(second, safe="")), params=question)
    assert answer.status_code in {200, 404, 422}, answer.text
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
