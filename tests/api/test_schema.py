"""Every operation of the schema, asked with what the schema allows and forbids: no 5xx, and no undocumented answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from spanledger_api import create_app
from spanledger_correlator.definition.model import Definitions
from spanledger_server.address import Address
from spanledger_server.http_server import HttpServer
from spanledger_server.listening import listen
from spanledger_store import Store
from tests.api import story

PATHS = json.loads(Path(__file__).with_name("contract.json").read_text(encoding="utf-8"))["paths"]
OPERATIONS = [(path, method) for path, item in PATHS.items() for method in item]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
QUIET = settings(suppress_health_check=list(HealthCheck), deadline=None, database=None)


@pytest.fixture(scope="module")
def schema(engine_directory: Path, definitions: Definitions) -> Iterator[OpenApiSchema]:
    """The schema of a server over a story of its own: what is asked here changes it."""
    with Store.open(f"chdb://{engine_directory}?database=test_schema") as store:
        store.migrate()
        story.tell(store, definitions)
        listening = listen("api_address", Address("127.0.0.1", 0))
        app = create_app(store, definitions, clock=lambda: story.NOW)
        server = HttpServer("http-schema", app, listening, pytest.fail)
        server.start()
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{listening.getsockname()[1]}/openapi.json")
        server.stop(10.0)
        store.command("DROP DATABASE test_schema SYNC")


def ask(schema: OpenApiSchema, path: str, method: str, examples: int) -> None:
    """Ask one operation so often, with good parameters and with bad ones where it has any."""
    operation = schema[path][method.upper()]
    takes = operation.path_parameters or operation.query or operation.body
    for mode in GenerationMode if takes else [GenerationMode.POSITIVE]:

        @settings(QUIET, max_examples=examples)
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS)

        asked()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_question_breaks_the_api(schema: OpenApiSchema, path: str, method: str) -> None:
    ask(schema, path, method, 6)


@pytest.mark.long
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_question_breaks_the_api_in_the_long_run(schema: OpenApiSchema, path: str, method: str) -> None:
    ask(schema, path, method, 200)
