"""What the API knows of the endpoints that replays are sent to."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spanledger_api.problems import Refusal
from spanledger_correlator.definition.replay_model import ReplayRule


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The registered endpoints, the secrets that orders to them are signed with, and the lock that lets one begin."""

    rules: Sequence[ReplayRule] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    beginning: threading.Lock = field(default_factory=threading.Lock)

    def secret(self, rule: ReplayRule) -> str:
        """The secret of an endpoint. Raises Refusal `replay_secret_missing` if this server was given none."""
        if rule.name not in self.secrets:
            raise Refusal(
                f"This server has no secret to sign orders to {rule.name} with.",
                code="replay_secret_missing",
                hint=f"Start it with SPANLEDGER_REPLAY_SECRETS={rule.name}:whsec_….",
            )
        return self.secrets[rule.name]
