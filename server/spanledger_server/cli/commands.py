"""The commands of the platform: name, the function that runs it, and the line that the overview shows.

A module is imported only when its command is asked for: the engine alone takes a third of a second to import, and
`spanledger --help` is to answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Command:
    """One command; `summary` stands in the overview, the function's docstring on its own page."""

    name: str
    module: str
    function: str
    summary: str

    def load(self) -> Callable[..., object]:
        """Import the module and return its function."""
        function: Callable[..., object] = getattr(import_module(f"spanledger_server.{self.module}"), self.function)
        return function


COMMANDS = (
    Command("up", "cli.up", "command", "Run the whole platform in one process."),
    Command("demo", "demo.command", "command", "Run a simulated firm for a minute and list its stuck invoices."),
    Command("migrate", "cli.migrate", "command", "Bring the store's schema up to date."),
    Command("collector", "cli.collector", "command", "Run the collector alone, against a ClickHouse server."),
    Command("correlator", "cli.correlator", "command", "Run the correlator alone, against a ClickHouse server."),
    Command("api", "cli.api", "command", "Run the API alone, against a ClickHouse server."),
    Command("simulate", "simulate.command", "simulate", "Send the spans of a simulated professional-services firm."),
    Command("backfill", "backfill.command", "backfill", "Send an event log of the past as business spans."),
    Command("discover", "cli.discover", "command", "Propose a process definition from the spans that are there."),
    Command("rebuild", "cli.rebuild", "command", "Derive every answer anew from the spans, without downtime."),
    Command("backtest", "cli.backtest", "command", "Try a changed definition on history before it is switched on."),
    Command("stuck", "cli.stuck", "command", "List what is stuck, since when, for how much, why, and who must act."),
    Command("show", "cli.show", "command", "Show one transaction: its money, steps, deadlines and problems."),
    Command("why", "cli.why", "command", "Tell why a transaction is as it is, or why a span belongs to none."),
    Command("totals", "cli.totals", "command", "Load control totals: what a system says it has."),
    Command("token", "cli.token", "command", "Issue, list and revoke the tokens that senders of spans need."),
    Command("key", "cli.key", "command", "Issue, list, rotate and revoke the keys that ask the API."),
    Command("dashboards", "cli.dashboards", "command", "Put the dashboards into a Grafana, or into files for one."),
    Command("rejected", "cli.rejected", "command", "Look at spans that were not stored, and drive them again."),
    Command("version", "cli.version", "command", "Show the versions of Spanledger and of what it stands on."),
)
