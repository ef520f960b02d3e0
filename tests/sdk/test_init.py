"""The public surface: what is exported, and what importing it costs."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable

import spanledger as sl

EXPORTED = [
    "Attempt",
    "Batch",
    "ConfigurationError",
    "Failed",
    "Step",
    "__version__",
    "configure",
    "current_step",
    "each",
    "emit",
    "extract",
    "flush",
    "inject",
    "shutdown",
    "step",
    "transaction",
]
STEP = [
    "alias",
    "allocate",
    "amount",
    "attribute",
    "due_at",
    "entity",
    "fail",
    "idempotency_key",
    "link",
    "occurred_at",
    "outcome",
    "quantity",
    "record_count",
    "reject",
    "span_id",
    "trace_id",
]


def test_exported_names_are_pinned() -> None:
    assert sorted(sl.__all__) == EXPORTED
    assert all(hasattr(sl, name) for name in EXPORTED)


def test_a_steps_names_are_pinned() -> None:
    assert sorted(name for name in vars(sl.Step) if not name.startswith("_")) == STEP


def test_every_public_name_says_what_it_does_and_shows_it() -> None:
    for name in (
        "configure",
        "current_step",
        "each",
        "emit",
        "extract",
        "flush",
        "inject",
        "shutdown",
        "step",
        "transaction",
    ):
        assert "Example:" in (inspect.getdoc(getattr(sl, name)) or ""), name
    for name in STEP:
        assert inspect.getdoc(getattr(sl.Step, name)), name


def test_importing_needs_opentelemetrys_api_and_nothing_else(run_python: Callable[..., str]) -> None:
    program = """
import sys, json
before = set(sys.modules)
import spanledger
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    loaded = set(json.loads(run_python(program)))
    packages = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert packages - {"typing_extensions", "importlib_metadata", "zipp"} == {"spanledger", "opentelemetry"}
    assert "opentelemetry.sdk" not in loaded


def test_the_attribute_names_need_the_standard_library_only(run_python: Callable[..., str]) -> None:
    program = """
import sys, json, importlib.util
before = set(sys.modules)
spec = importlib.util.spec_from_file_location("names", sys.argv[1])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    loaded = json.loads(run_python(program, sl.__file__.replace("__init__", "attributes")))
    packages = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert not packages


def test_sending_needs_no_more_than_the_exporter(run_python: Callable[..., str]) -> None:
    program = """
import sys, json, spanledger as sl
sl.configure(endpoint="http://127.0.0.1:9", exit_timeout=0.1)
sl.emit("invoice.posted", invoice="INV-1")
print(json.dumps(sorted(sys.modules)))
"""
    packages = {name.partition(".")[0] for name in json.loads(run_python(program))}
    assert not packages & {"pydantic", "click", "typer", "yaml", "numpy", "clickhouse_connect", "chdb"}
