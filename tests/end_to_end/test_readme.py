"""The README's examples are the files they show, and lead to the answer it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.reading import Reading
from spanledger_correlator.sentence import sentence
from spanledger_store import Store

from .real_logs_path import collecting

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EMBED = ROOT / "examples" / "embed"
DEFINITIONS = load_definitions([])
HAPPENED = datetime.fromtimestamp(1795161602, UTC)


def stuck(store: Store, now: datetime) -> list[str]:
    """The sentences on the invoices that are stuck on their way to cash."""
    Correlator(store, DEFINITIONS).catch_up()
    relation = Reading(store, DEFINITIONS, "default", now=now).open_relation
    rows = store.rows(f"SELECT * FROM {relation.sql} WHERE Stuck AND Process = 'invoice-to-cash'", relation.parameters)
    return [sentence(row, now) for row in rows]


def test_the_span_sent_with_curl_leads_to_the_sentence(store: Store) -> None:
    command = re.search(r"^curl -s http://127.0.0.1:4318/v1/traces .*$", README, re.MULTILINE)
    promised = re.search(r"^> (INV-1042.*?)\n\n", README, re.MULTILINE | re.DOTALL)
    assert command is not None
    assert promised is not None
    with collecting(store) as endpoint:
        subprocess.run(
            command[0].replace("http://127.0.0.1:4318", endpoint), shell=True, check=True, cwd=ROOT, timeout=30
        )
    assert stuck(store, HAPPENED + timedelta(days=3, hours=4)) == [promised[1].replace("\n> ", " ")]


def test_the_embedded_job_leads_to_the_same(store: Store) -> None:
    source = (EMBED / "post_invoices.py").read_text(encoding="utf-8")
    assert f"```python\n{source}```" in README
    job = (
        f"{source}\n"
        "class Erp:\n"
        "    def post(self, number):\n"
        "        return {'error': 'PERIOD_CLOSED', 'text': 'The accounting period is closed'}\n"
        "post_invoice(Erp(), 'INV-1042', '48200.00', 'EUR')\n"
    )
    with collecting(store) as endpoint:
        subprocess.run(
            [sys.executable, "-c", job],
            check=True,
            timeout=60,
            env={"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "PATH": "/usr/bin"},
        )
    now = datetime.now(UTC)
    assert stuck(store, now) == []
    assert ["The accounting period is closed" in line for line in stuck(store, now + timedelta(minutes=20))] == [True]
