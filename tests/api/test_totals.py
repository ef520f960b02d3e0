"""Control totals: loaded by POST, compared by GET."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from spanledger_api import create_app
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store

CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def app(store: Store) -> FastAPI:
    return create_app(store, Definitions([]), clock=lambda: datetime(2026, 5, 1, tzinfo=UTC))


def test_what_was_loaded_is_compared(app: FastAPI) -> None:
    with TestClient(app, base_url="http://localhost") as client:
        text = "system,step,period,count\nerp,invoice.posted,2026-04,1204\n"
        loaded = client.post("/v1/totals?file=april.csv&by=jane", content=text, headers=CSV)
        assert loaded.json() == {"loaded": 1, "file": "april.csv", "by": "jane", "at": "2026-05-01T00:00:00Z"}
        (item,) = client.get("/v1/totals").json()["items"]
        assert (item["count"], item["seen"], item["missing"], item["coverage_percent"]) == (1204, 0, 1204, 0.0)
        assert (item["state"], item["loaded_by"], item["file"], item["line"]) == ("gap", "jane", "april.csv", 2)
        refused = client.post("/v1/totals?file=april.csv", content="system,period\nerp,soon\n", headers=CSV)
        assert (refused.status_code, refused.json()["code"]) == (422, "totals_invalid")
        assert "april.csv:2: `soon` is no period." in refused.json()["detail"]
        broken = client.post("/v1/totals?file=a.csv", content=b"period\n\xff\n", headers=CSV)
        assert broken.json()["detail"] == "a.csv:2: the file is not UTF-8."
        assert client.post("/v1/totals", content=text, headers={"Content-Type": "text/plain"}).status_code == 415
        assert len(client.get("/v1/totals").json()["items"]) == 1
