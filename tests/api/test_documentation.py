"""docs/api.md names every address, parameter and problem there is, and no address that is not."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.testclient import TestClient

from spanledger_api.problems import CODES

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_and_parameter_is_documented(reader: TestClient) -> None:
    paths = reader.get("/openapi.json").json()["paths"]
    for address, path in paths.items():
        assert f"`{address}`" in PAGE, address
        for parameter in (one for operation in path.values() for one in operation.get("parameters", [])):
            assert re.search(rf"`[^`]*\b{parameter['name']}\b[^`]*`", PAGE), (address, parameter["name"])
    written = set(re.findall(r"`(/(?:v1/|healthz|readyz)[^`?]*)`", PAGE))
    assert written == set(paths)


def test_every_problem_is_documented_as_it_is() -> None:
    for code, (status, title) in CODES.items():
        assert f"| `{code}` | {status} | {title} |" in PAGE


def test_the_examples_run(reader: TestClient) -> None:
    addresses = re.findall(r"curl 'http://127\.0\.0\.1:8080([^']*)'", PAGE)
    assert len(addresses) == 3
    for address in addresses:
        assert reader.get(address).status_code == 200
