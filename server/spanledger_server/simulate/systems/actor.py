"""One system at work: it takes up what is due, does it or refuses it, tells it, and hands it on."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from spanledger_server.simulate.plan import Plan
from spanledger_server.simulate.plan.occurrence import Channel, Occurrence, System
from spanledger_server.simulate.systems import dialects
from spanledger_server.simulate.systems.message import Answer, Exchange, Headers, Message
from spanledger_server.simulate.systems.telemetry import Telemetry


class _Due(NamedTuple):
    """Something to take up: of equal times the least reference first, so that a run repeats."""

    at: int
    reference: str
    headers: Headers


@dataclass(slots=True)
class Actor:
    """A played system. One thread at a time works in it."""

    system: System
    plan: Plan
    exchange: Exchange
    telemetry: Telemetry
    handed_on: Counter[str] = field(default_factory=Counter)
    _agenda: list[_Due] = field(default_factory=list)
    _effects: dict[str, list[Occurrence]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Enter into the agenda what starts here by itself: people's work and the system's own schedule."""
        self._effects = self.plan.book.effects()
        for occurrence in self._effects.get("", ()):
            if occurrence.system == self.system:
                self._enter(occurrence, {})

    def advance(self, until: int) -> int:
        """Do everything that is due before the instant `until`; how much that was."""
        done = 0
        for message in (*self.exchange.take(self.system), *self.exchange.collect_files(self.system)):
            self._enter(self.plan.book.occurrences[message.reference], message.headers)
        while self._agenda and self._agenda[0].at < until:
            due = heapq.heappop(self._agenda)
            occurrence = self.plan.book.occurrences[due.reference]
            if occurrence.system == self.system:
                self._do(occurrence, due.headers)
            else:
                method, path = dialects.request_line(occurrence)
                message = Message(occurrence.event, due.headers, dialects.record(occurrence))
                reply = self.exchange.call(occurrence.system, method, path, message)
                self.handed_on[f"http {reply.status}"] += 1
            done += 1
        return done

    def receive(self, message: Message) -> Answer:
        """Take a call from another system, and answer it."""
        occurrence = self.plan.book.occurrences[message.reference]
        self._do(occurrence, message.headers)
        return dialects.answer(occurrence)

    def _enter(self, occurrence: Occurrence, headers: Headers) -> None:
        heapq.heappush(self._agenda, _Due(occurrence.begins, occurrence.event, headers))

    def _do(self, occurrence: Occurrence, headers: Headers) -> None:
        # The caller was told that all is well, and nothing happens.
        if occurrence.dropped:
            return
        effects = self._effects.get(occurrence.event, [])
        self.telemetry.tell(occurrence, headers, (lambda found: self._hand_on(effects, found)) if effects else None)

    def _hand_on(self, effects: list[Occurrence], headers: Headers) -> None:
        for effect in effects:
            sent = dict(headers) if effect.follows else {}
            if effect.channel is Channel.QUEUE:
                self.exchange.publish(effect.system, Message(effect.event, sent, dialects.record(effect)))
                self.handed_on["queue"] += 1
            elif effect.channel is Channel.FILE:
                lines = [dialects.record(line) for line in self._effects.get(effect.event, ())]
                self.exchange.drop_file(effect.system, Message(effect.event, sent, {"lines": lines}))
                self.handed_on["file"] += 1
            else:
                self._enter(effect, sent)
