"""What a back-test tells: money as everywhere else, to the cent at least."""

from __future__ import annotations

from decimal import Decimal

from spanledger_correlator.backtest import Change
from spanledger_server.admin.backtest import told


def test_money_keeps_its_cents() -> None:
    change = Change(transactions=2, money={"GBP": Decimal("38204.800000000"), "EUR": Decimal(100)}, examples=["INV-1"])
    assert told(change)["money"] == {"EUR": "100.00", "GBP": "38204.80"}
    assert told(change, "invoice-to-cash")["examples"] == ["invoice-to-cash/INV-1"]
