"""`spanledger discover`: where it writes, and what it says when it cannot."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from spanledger_correlator.definition.loading import load_definitions
from spanledger_server.cli import main
from spanledger_store import Store
from tests.correlator.span_rows import EPOCH, SpanRow, put


def test_it_writes_a_definition_that_loads(
    store: Store, engine_directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        put(store, SpanRow(f"a{number}", "order.placed", number, (("order", str(number + 1)),)))
        put(store, SpanRow(f"b{number}", "order.shipped", number + 60, (("order", str(number + 1)),)))
    dsn = f"chdb://{engine_directory}?database={store.database}"
    written = tmp_path / "orders.yaml"
    since = (EPOCH - timedelta(days=1)).date().isoformat()
    arguments = [
        "discover",
        "--dsn",
        dsn,
        "--root",
        "order",
        "--since",
        since,
        "--process",
        "orders",
        "-o",
        str(written),
    ]
    assert main(arguments) == 0
    definition = load_definitions([written], pack=False).get("orders")
    assert definition is not None
    assert definition.step_names == ("order.placed", "order.shipped")
    assert str(written) in capsys.readouterr().out

    assert main(["discover", "--dsn", dsn]) == 1
    assert "--root TYPE is one of: order (3 ids on 6 spans)" in capsys.readouterr().err


def test_a_time_that_is_none_is_refused_before_the_store_is_opened(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", "--dsn", "chdb:///nowhere/at/all", "--root", "order", "--since", "lately"]) == 2
    assert "write 90d, or 2026-07-01" in capsys.readouterr().err
