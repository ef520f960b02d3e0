"""Every recipe of docs/cookbook.md, run with the library that it is for, and sent over a real socket."""

from __future__ import annotations

import importlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging
from confluent_kafka import Consumer, Producer
from fastapi.testclient import TestClient

import spanledger as sl
from spanledger.testing import BusinessSpans
from tests.javascript import run_script
from tests.sdk.collector import Arrived, Collector

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "cookbook"
Sent = Callable[[], list[Arrived]]


def recipe(name: str) -> Any:
    """The module of a recipe."""
    return importlib.import_module(f"examples.cookbook.{name}")


def told(spans: list[Arrived], name: str) -> list[dict[str, object]]:
    return [span.attributes for span in spans if span.name == name]


def test_the_page_shows_the_recipes_as_they_are_run() -> None:
    page = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```(?:python|js|sh|java)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for file in sorted(FOLDER.iterdir()):
        if file.suffix in {".py", ".mjs", ".sh"}:
            assert file.read_text(encoding="utf-8") in shown, f"{file.name} is not in docs/cookbook.md as it is"


def test_plain_script(collector: Collector, tmp_path: Path) -> None:
    (tmp_path / "hours.csv").write_text("id,project,hours\nTE-1,PRJ-7,7.5\nTE-2,PRJ-9,8\nTE-3,PRJ-7,1\n")
    done = subprocess.run(
        [sys.executable, FOLDER / "plain_script.py", tmp_path / "hours.csv"],
        env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "SPANLEDGER_SPOOL": "off"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "{'success': 2, 'failure': 1}\n"
    entries = {one["business.entity.time_entry"]: one for one in told(collector.arrived, "time_entry.imported")}
    assert [entries[key]["business.outcome"] for key in ("TE-1", "TE-2", "TE-3")] == ["success", "failure", "success"]
    assert entries["TE-2"]["business.error.message"] == "no project PRJ-9"
    (whole,) = told(collector.arrived, "timesheet.imported")
    assert whole["business.record_count"] == 2
    assert len({span.trace_id for span in collector.arrived}) == 1


def test_file_exchange(sent: Sent, tmp_path: Path) -> None:
    files = recipe("file_exchange")
    path = files.write_invoices(tmp_path, "invoices.txt", ["INV-1", "INV-2"])
    seen: list[str] = []
    files.read_invoices(path, seen.append)
    path.with_suffix(".context.json").unlink()
    files.read_invoices(path, seen.append)
    assert seen == ["INV-1", "INV-2"] * 2
    exported, first, second, *alone = sent()
    assert first.trace_id == second.trace_id == exported.trace_id
    assert first.attributes["business.transaction"] == "invoice-to-cash/INV-1"
    assert all(one.trace_id != exported.trace_id for one in alone)


def test_database_outbox(sent: Sent) -> None:
    outbox = recipe("database_outbox")
    database = sqlite3.connect(":memory:")
    database.execute(outbox.TABLE)
    outbox.enqueue(database, {"id": "PRJ-7"})
    outbox.enqueue(database, {"id": "PRJ-8"})

    def psa(project: dict[str, str]) -> None:
        if project["id"] == "PRJ-7":
            raise TimeoutError("no answer")

    outbox.send_waiting(database, psa)
    outbox.send_waiting(database, lambda _: None)
    assert database.execute("SELECT sum(sent) FROM outbox").fetchone() == (2,)
    spans = sent()
    synced = [span for span in spans if span.name == "project.synced"]
    assert [span.attributes["business.outcome"] for span in synced] == ["failure", "success", "success"]
    created = {span.attributes["business.entity.project"]: span for span in spans if span.name == "project.created"}
    for span in synced:
        of_project = created[span.attributes["business.entity.project"]]
        assert (span.trace_id, span.parent_id) == (of_project.trace_id, of_project.span_id)


def test_webhook(sent: Sent) -> None:
    payment = {
        "id": "PAY-9",
        "booked_at": "2026-03-02T09:00:00Z",
        "amount": "150.00",
        "currency": "EUR",
        "invoices": {"INV-1": "100.00", "INV-2": "50.00"},
    }
    with TestClient(recipe("webhook").app) as client, sl.transaction("invoice-to-cash", "INV-1"):
        headers = sl.inject({})
        for _ in range(2):
            assert client.post("/payments", json=payment, headers=headers).json() == {"taken": "PAY-9"}
    first, again = sent()
    assert first.span_id == again.span_id
    assert first.attributes["business.allocation.invoice"] == ["INV-1=100.00", "INV-2=50.00"]
    assert first.attributes["business.transaction"] == "invoice-to-cash/INV-1"


def test_kafka(sent: Sent) -> None:
    """Through librdkafka's own mock of a cluster, on loopback."""
    kafka = recipe("kafka_consumer")
    producer = Producer({"test.mock.num.brokers": 1})
    broker = next(iter(producer.list_topics(timeout=10).brokers.values()))
    posted: list[str] = []

    def post(invoice: dict[str, str]) -> None:
        posted.append(invoice["id"])
        if invoice["id"] == "INV-1":
            raise ValueError("period closed")

    for number in (1, 2):
        kafka.publish(producer, "invoices", {"id": f"INV-{number}"})
    settings = {
        "bootstrap.servers": f"127.0.0.1:{broker.port}",
        "group.id": "posting",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
    }
    consumer = Consumer(settings)
    consumer.subscribe(["invoices"])
    kafka.consume(consumer, post, stop=lambda: len(posted) == 2)
    consumer.close()
    spans = sent()
    approved = {span.attributes["business.entity.invoice"]: span for span in spans if span.name == "invoice.approved"}
    consumed = [span for span in spans if span.name == "invoice.posted"]
    assert {span.attributes["business.entity.invoice"]: span.attributes["business.outcome"] for span in consumed} == {
        "INV-1": "failure",
        "INV-2": "success",
    }
    for span in consumed:
        assert span.parent_id == approved[span.attributes["business.entity.invoice"]].span_id


def _leave_logging_alone(**_: object) -> None:
    """Nothing is set up."""


def test_celery(sent: Sent) -> None:
    celery = recipe("celery_tasks")
    # A worker takes the process's logging over, unless somebody else says that it does.
    setup_logging.connect(_leave_logging_alone)
    with start_worker(celery.app, perform_ping_check=False, pool="solo"):
        assert celery.bill("PRJ-7").get(timeout=20) == "INV-PRJ-7"
    created, generated = sorted(sent(), key=lambda span: span.name)
    assert (created.name, generated.name) == ("billing_event.created", "invoice.generated")
    assert (generated.trace_id, generated.parent_id) == (created.trace_id, created.span_id)
    assert generated.attributes["business.attempt"] == 1


def test_functions_that_somebody_else_calls(business_spans: BusinessSpans) -> None:
    functions = recipe("orchestrated")
    functions.airflow_task(data_interval_start=datetime(2026, 3, 1, tzinfo=UTC), ti=SimpleNamespace(try_number=2))
    assert business_spans.one("revenue_schedule.closed", revenue_schedule="2026-03").attributes["business.attempt"] == 2

    with sl.transaction("invoice-to-cash", "INV-1"), sl.step("invoice.approved", invoice="INV-1"):
        carrier = sl.inject({})
    told = {name: {"stringValue": value, "dataType": "String"} for name, value in carrier.items()}
    records = [
        {"messageId": f"m-{number}", "body": json.dumps({"id": f"INV-{number}"}), "messageAttributes": told}
        for number in (1, 2)
    ]
    answer = functions.lambda_handler({"Records": records}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}
    posted = business_spans.one("invoice.posted", invoice="INV-1", outcome="success")
    assert posted.attributes["business.transaction"] == "invoice-to-cash/INV-1"
    assert business_spans.one("invoice.posted", invoice="INV-2").outcome == "failure"

    message = SimpleNamespace(application_properties=carrier, get_body=lambda: b"EXP-1")
    assert functions.azure_function(message) == "done"
    approved = business_spans.one("invoice.approved")
    assert business_spans.one("expense_report.approved", expense_report="EXP-1").parent_id == approved.span_id


def test_shell(collector: Collector) -> None:
    done = subprocess.run(
        ["sh", FOLDER / "nightly.sh"],
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
            "SPANLEDGER_SPOOL": "off",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    emitted, run = collector.arrived
    assert (emitted.name, run.name) == ("payroll_run.approved", "payroll_run.exported")
    assert emitted.parent_id == run.span_id


def test_node(collector: Collector, tmp_path: Path) -> None:
    modules = ROOT / "tests" / "collector" / "javascript" / "node_modules"
    if modules.is_dir():
        (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "post_invoice.mjs").write_text((FOLDER / "post_invoice.mjs").read_text())
    run_script(tmp_path / "post_invoice.mjs", f"{collector.endpoint}/v1/traces")
    (span,) = collector.arrived
    assert span.attributes["business.step"] == "invoice.posted"
    assert span.attributes["business.entity.invoice"] == "INV-1042"
    assert span.attributes["business.amount"] == "48200.00"
    assert span.attributes["business.outcome"] == "failure"
