"""Who reports, and who is silent."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_a_source_with_what_is_expected_of_it(reader: TestClient) -> None:
    answer = reader.get("/v1/sources").json()
    (source,) = answer["items"]
    assert (answer["silent"], source["source"], source["state"]) == (0, "netsuite-invoices", "reporting")
    assert (source["last_seen"], source["expected"]) == ("2026-03-22T09:00:00Z", "2026-03-23T03:00:00Z")
    assert (source["every"]["text"], source["zone"], source["owner"]) == ("4 h", "Europe/Berlin", "erp-team")


def test_silence_is_of_the_clock(reader: TestClient) -> None:
    answer = reader.get("/v1/sources?as_of=2026-03-24T12:00:00Z").json()
    (source,) = answer["items"]
    assert (answer["silent"], source["state"]) == (1, "silent")
    assert source["silences"][-1] == {
        "since": "2026-03-23T03:00:00Z",
        "until": None,
        "lasted": {"seconds": 118800, "iso": "P1DT9H", "text": "1 d 9 h"},
    }
