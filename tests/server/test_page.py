"""The stuck list and a transaction's page as a person's browser shows them."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from tests.server.running import Running, up, wait_for

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Nothing but the page itself is asked for.
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1280,1400",
)  # fmt: skip


def shown(folder: Path, url: str, zone: str = "Europe/Berlin") -> str:
    """The document as the browser has it once its script has run."""
    assert CHROMIUM is not None
    found = subprocess.run(
        [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'browser'}", "--virtual-time-budget=5000", "--dump-dom", url],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"TZ": zone, "HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "en_GB.UTF-8"},
    )
    return found.stdout


def send_a_refused_invoice(running: Running, at: datetime) -> None:
    """An invoice was generated, and the ERP refused it."""
    moment = int(at.timestamp()) * 10**9

    def span(number: int, step: str, minutes: int, **more: str) -> dict[str, object]:
        values = {"business.step": step, "business.entity.invoice": "INV-1042"} | {
            f"business.{name.replace('__', '.')}": value for name, value in more.items()
        }
        return {
            "traceId": "0af7651916cd43dd8448eb211c80319c",
            "spanId": f"{number:016x}",
            "name": step,
            "startTimeUnixNano": str(moment + minutes * 60 * 10**9),
            "endTimeUnixNano": str(moment + minutes * 60 * 10**9),
            "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in values.items()],
        }

    spans = [
        span(1, "invoice.generated", 0, amount="48200.00", currency="EUR"),
        span(2, "invoice.posted", 1, outcome="rejected", error__kind="closed_period", error__message="period <closed>"),
    ]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    assert httpx2.post(f"{running.otlp_http}/v1/traces", json=body, timeout=20).status_code == 200


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium (apt install chromium)")
def test_a_browser_shows_the_stuck_invoice_in_the_reader_s_own_time(tmp_path: Path) -> None:
    at = (datetime.now(UTC) - timedelta(days=3)).replace(hour=23, minute=30, second=0, microsecond=0)
    with up(tmp_path / "data") as running:
        send_a_refused_invoice(running, at)
        asked = "?process=invoice-to-cash"
        wait_for(lambda: httpx2.get(f"{running.api}/v1/stuck{asked}", timeout=20).json()["count"] == 1)
        page = shown(tmp_path, f"{running.api}/{asked}")
        assert "1 transaction is stuck" in page
        assert "48,200.00 EUR" in page
        assert "period &lt;closed&gt;" in page
        assert 'id="zone">Europe/Berlin<' in page
        address = re.findall(r'href="(/transactions/[^"]+)"', page)[0]
        one = shown(tmp_path, f"{running.api}{address}")
        assert "invoice INV-1042" in one
        # 23:30 UTC is the next day in Berlin.
        (local,) = set(re.findall(rf'datetime="{at:%Y-%m-%dT%H:%M}:00Z"[^>]*>([^<]+)<', one))
        assert re.search(r"\b(00|12|0?1):30\b", local), local
