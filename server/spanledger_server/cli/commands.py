"""The commands of the platform: name, the module that holds it, and the line that the overview shows.

A module is imported only when its command is asked for: the engine alone takes a third of a second to import, and
`spanledger --help` is to answer at once. Each module has one function `command`.
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
    summary: str

    def load(self) -> Callable[..., object]:
        """Import the module and return its function."""
        function: Callable[..., object] = import_module(f"{__package__}.{self.module}").command
        return function


COMMANDS = (
    Command("up", "up", "Run the whole platform in one process."),
    Command("demo", "demo", "Run a simulated firm for a minute and list its stuck invoices."),
    Command("migrate", "migrate", "Bring the store's schema up to date."),
    Command("collector", "collector", "Run the collector alone, against a ClickHouse server."),
    Command("correlator", "correlator", "Run the correlator alone, against a ClickHouse server."),
    Command("api", "api", "Run the API alone, against a ClickHouse server."),
    Command("simulate", "simulate", "Send the spans of a simulated professional-services firm."),
    Command("backfill", "backfill", "Send an event log of the past as business spans."),
    Command("version", "version", "Show the versions of Spanledger and of what it stands on."),
)
