"""Letting the firm's days pass: each system works until nothing is due, then the clock goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from spanledger_server.simulate.plan import Plan
from spanledger_server.simulate.plan.instant import DAY


class Player(Protocol):
    """A system, here or in another process."""

    def advance(self, until: int) -> int:
        """Do everything that is due before an instant; how much that was."""


def days(plan: Plan) -> list[int]:
    """The first instants of the days on which something begins. Nothing waits for a day on which nothing begins."""
    return sorted({occurrence.begins // DAY * DAY for occurrence in plan.book.occurrences.values()})


def let_pass(plan: Plan, players: list[Player]) -> Iterator[int]:
    """Let day after day pass, and say after each which one it was. What one system hands on, another does that day."""
    for day in days(plan):
        while sum(player.advance(day + DAY) for player in players):
            pass
        yield day
