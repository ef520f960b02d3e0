"""What the API says of itself is complete, and its examples are its own answers.

`SPANLEDGER_REGENERATE=1 pytest tests/api/test_openapi.py` writes the examples anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

import spanledger_api
from spanledger_api.audit import AuditAnswer
from spanledger_api.bulk_actions import BulkAnswer
from spanledger_api.close import CloseAnswer
from spanledger_api.corrections import CorrectionsAnswer, CorrectionView
from spanledger_api.data_quality import DataQualityAnswer
from spanledger_api.entities import EntityView
from spanledger_api.exception import ExceptionView
from spanledger_api.exceptions import ExceptionsAnswer
from spanledger_api.health import Health
from spanledger_api.impact import ImpactAnswer
from spanledger_api.integrations import IntegrationsAnswer
from spanledger_api.journey import JourneyAnswer
from spanledger_api.kpis.question import KpisAnswer
from spanledger_api.openapi import DESCRIPTION
from spanledger_api.problems import CODES, ProblemDetails
from spanledger_api.processes import ProcessesAnswer, ProcessView
from spanledger_api.producers import ProducersAnswer
from spanledger_api.reconciliations import ReconciliationsAnswer, UnmatchedAnswer
from spanledger_api.replays.asking import PlanView
from spanledger_api.replays.item import ReplayView
from spanledger_api.replays.listing import ReplaysAnswer
from spanledger_api.sla import SlaAnswer
from spanledger_api.sla_burn import BurnAnswer
from spanledger_api.sources import SourcesAnswer
from spanledger_api.spans import SpansAnswer
from spanledger_api.stuck import StuckAnswer
from spanledger_api.stuck_groups import GroupsAnswer
from spanledger_api.totals import LoadedAnswer, TotalsAnswer
from spanledger_api.transaction import TransactionView
from spanledger_api.transactions import TransactionsAnswer
from spanledger_api.why import SpanWhyAnswer, WhyAnswer
from tests.correlator.span_rows import hex_id

FOLDER = Path(spanledger_api.__file__).parent / "examples"
EXAMPLES: dict[str, tuple[str, type[BaseModel]]] = {
    "stuck.json": ("/v1/stuck?entity=invoice", StuckAnswer),
    "stuck_groups.json": ("/v1/stuck/groups?by=owner&by=reason", GroupsAnswer),
    "integrations.json": ("/v1/integrations?hours=800&system=netsuite", IntegrationsAnswer),
    "data_quality.json": ("/v1/data-quality?hours=800", DataQualityAnswer),
    "kpis.json": ("/v1/kpis?kpi=billed&kpi=throughput_time&by=legal_entity&months=2", KpisAnswer),
    "sources.json": ("/v1/sources", SourcesAnswer),
    "sla.json": ("/v1/sla?by=process&by=month", SlaAnswer),
    "sla_burn.json": ("/v1/sla/burn?of=steps", BurnAnswer),
    "producers.json": ("/v1/producers?whole=true", ProducersAnswer),
    "reconciliations.json": ("/v1/reconciliations", ReconciliationsAnswer),
    "unmatched.json": ("/v1/reconciliations/approved-hours-posted?period=2026-03&key=PRJ-3", UnmatchedAnswer),
    "totals.json": ("/v1/totals", TotalsAnswer),
    "processes.json": ("/v1/processes", ProcessesAnswer),
    "process.json": ("/v1/processes/invoice-to-cash", ProcessView),
    "transactions.json": ("/v1/transactions?process=invoice-to-cash&limit=2", TransactionsAnswer),
    "transaction.json": ("/v1/transactions/invoice-to-cash/SI-9", TransactionView),
    "spans.json": ("/v1/transactions/invoice-to-cash/INV-1042/spans?limit=2", SpansAnswer),
    "exceptions.json": ("/v1/exceptions?process=invoice-to-cash&limit=2", ExceptionsAnswer),
    "exception.json": (
        "/v1/exceptions/invoice-to-cash/INV-1042~rejected_record~invoice.posted~20260318T094500Z",
        ExceptionView,
    ),
    "replay_plan.json": (
        "/v1/exceptions/invoice-to-cash/INV-1042~rejected_record~invoice.posted~20260318T094500Z/replay",
        PlanView,
    ),
    "replays.json": ("/v1/replays", ReplaysAnswer),
    "replay.json": ("/v1/replays/0b0e6e0e-2f7c-4a53-9a7c-3f5d3c1f9f11", ReplayView),
    "corrections.json": ("/v1/corrections", CorrectionsAnswer),
    "correction.json": ("/v1/corrections/5f0c1a52-7d14-4a0e-9a53-0f1b6f1f4c11", CorrectionView),
    "entity.json": ("/v1/entities/project/10077", EntityView),
    "journey.json": ("/v1/entities/invoice/INV-1042/journey", JourneyAnswer),
    "impact.json": ("/v1/entities/project/PRJ-3/impact", ImpactAnswer),
    "close.json": ("/v1/close?legal_entity=DE01&period=2026-03", CloseAnswer),
    "why.json": ("/v1/transactions/invoice-to-cash/INV-1042/why", WhyAnswer),
    "span_why.json": (f"/v1/spans/{hex_id('TE-3-posted', 16)}/{hex_id('TE-3-posted', 8)}/why", SpanWhyAnswer),
    "health.json": ("/healthz", Health),
}


@pytest.fixture(scope="module")
def document(reader: TestClient) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = reader.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each address and its operations; what is no GET is named here."""
    found = [(address, method, path[method]) for address, path in document["paths"].items() for method in path]
    assert [(address, method) for address, method, _ in found if method != "get"] == [
        ("/v1/exceptions/actions", "post"),
        ("/v1/exceptions/{exception_id}/replay", "post"),
        ("/v1/exceptions/{exception_id}/replay/dry-run", "post"),
        ("/v1/exceptions/{exception_id}/actions", "post"),
        ("/v1/replays/{replay_id}/actions", "post"),
        ("/v1/corrections", "post"),
        ("/v1/corrections/{correction_id}/take-back", "post"),
        ("/v1/totals", "post"),
    ]
    return [(address, operation) for address, _, operation in found]


@pytest.mark.parametrize("name", [*EXAMPLES, "stuck.csv"])
def test_an_example_is_what_the_api_answers(reader: TestClient, name: str) -> None:
    if name == "stuck.csv":
        text = reader.get("/v1/stuck?format=csv&entity=invoice").text
    else:
        text = json.dumps(reader.get(EXAMPLES[name][0]).json(), indent=2, ensure_ascii=False) + "\n"
    file = FOLDER / name
    if os.environ.get("SPANLEDGER_REGENERATE"):
        file.write_bytes(text.encode())
    assert file.read_bytes().decode() == text, "Answers have changed; write the examples anew if that is meant."


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_answer_is_of_the_documented_shape(reader: TestClient, name: str) -> None:
    address, model = EXAMPLES[name]
    answer = reader.get(address).json()
    assert json.loads(model.model_validate(answer, strict=False).model_dump_json()) == answer


@pytest.mark.parametrize(("name", "model"), [("bulk_actions.json", BulkAnswer), ("audit.json", AuditAnswer)])
def test_an_example_written_by_hand_is_of_the_documented_shape(name: str, model: type[BaseModel]) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert json.loads(model.model_validate_json(text).model_dump_json()) == json.loads(text)


def test_the_example_of_loading_is_of_the_documented_shape() -> None:
    example = (FOLDER / "loaded_totals.json").read_text(encoding="utf-8")
    assert LoadedAnswer.model_validate_json(example).loaded == 2


def test_every_operation_has_words_an_example_and_its_problems(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    for address, operation in operations(document):
        assert operation["summary"], address
        assert operation["description"], address
        assert operation["responses"]["200"]["content"]["application/json"]["example"], address
        assert operation["tags"], address
        if address.startswith("/v1/"):
            assert {"200", "401", "421", "422", "500", "503"} <= set(operation["responses"]), address
        if "{" in address:
            assert "404" in operation["responses"], address


def test_every_parameter_and_property_is_explained(document: dict[str, Any]) -> None:
    for address, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "path" or parameter.get("description"), (address, parameter["name"])
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or name.startswith(("HTTPValidation", "Validation")), name


def test_every_problem_code_is_documented_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for code in CODES.keys() - {"method_not_allowed"}:
        assert f"`{code}`" in text, code


def test_problems_are_of_the_documented_shape(reader: TestClient, document: dict[str, Any]) -> None:
    for address in ("/v1/stuck?x=1", "/v1/entities/invoice/none", "/none"):
        ProblemDetails.model_validate(reader.get(address).json())
    for address, operation in operations(document):
        for status, response in operation["responses"].items():
            if status not in {"200", "304"}:
                example = response["content"]["application/problem+json"]["example"]
                assert ProblemDetails.model_validate(example).status == int(status), address


def test_docs_are_served_and_the_description_says_what_it_is_for(reader: TestClient) -> None:
    assert reader.get("/docs").status_code == 200
    assert "who must act" in DESCRIPTION


def test_the_public_names() -> None:
    assert spanledger_api.__all__ == ["Access", "create_app", "token_digest"]
