"""`spanledger totals load`, against an API that a test plays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from spanledger_server.cli import main

ANSWERS = {
    "good": (200, b'{"loaded": 2, "file": "t.csv", "by": "jane", "at": "2026-04-01T00:00:00Z"}'),
    "bad": (422, b'{"detail": "t.csv:2: `soon` is no period.", "hint": "Nothing was loaded."}'),
}


@pytest.fixture
def api() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    asked: list[tuple[str, str, bytes]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, self.headers.get("Authorization", ""), body))
            status, answer = ANSWERS[body.decode().strip()]
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_is_sent_as_it_is(
    api: tuple[str, list[tuple[str, str, bytes]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("good")
    assert main(["totals", "load", str(file), "--api", api[0], "--token", "s3cret", "--by", "jane"]) == 0
    ((path, authorization, body),) = api[1]
    assert path.startswith("/v1/totals?file=")
    assert path.endswith("t.csv&by=jane")
    assert (authorization, body) == ("Bearer s3cret", b"good")
    assert capsys.readouterr().out == f"2 totals loaded. See {api[0]}/v1/totals\n"


def test_a_refusal_is_told_as_the_api_tells_it(
    api: tuple[str, list[tuple[str, str, bytes]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("bad")
    assert main(["totals", "load", str(file), "--api", api[0]]) == 1
    assert capsys.readouterr().err == "spanledger: t.csv:2: `soon` is no period. Nothing was loaded.\n"


def test_what_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["totals", "load", str(tmp_path / "none.csv")]) == 1
    assert "none.csv cannot be read: No such file or directory." in capsys.readouterr().err
