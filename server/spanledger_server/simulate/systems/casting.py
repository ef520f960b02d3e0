"""What a played system is told when its process starts, as JSON on its standard input."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from spanledger_server.simulate.plan import FaultRates, Scope
from spanledger_server.simulate.plan.occurrence import System


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one system. The plan is not sent: every system makes it from the scope, and all agree."""

    system: System
    scope: Scope
    endpoint: str
    token: str
    broker_port: int
    broker_key: str
    folder: str

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Part:
        """The part from its line."""
        values = json.loads(text)
        scope = values.pop("scope")
        rates = FaultRates(**scope.pop("rates"))
        return cls(scope=Scope(**scope, rates=rates), **values)
