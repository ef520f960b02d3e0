"""Sends an order to its endpoint, once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, Literal

import httpx2

from spanledger_api.replays.message import Message
from spanledger_correlator.definition.replay_model import ReplayRule

LONGEST_ANSWER: Final = 2000
"""Characters of the endpoint's answer that are kept."""
_MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """What an endpoint said. `unanswered`: it may have got the order; `not_delivered`: it cannot have."""

    event: Literal["answered", "unanswered", "not_delivered"]
    status: int
    text: str


def send(rule: ReplayRule, message: Message) -> EndpointAnswer:
    """Send it once and wait for the answer, at most as long as the endpoint may take. It follows no redirect."""
    timeout = rule.timeout_ns / 1e9
    deadline = time.monotonic() + timeout
    try:
        with (
            httpx2.Client(timeout=timeout, follow_redirects=False) as client,
            client.stream("POST", rule.url, content=message.body, headers=dict(message.headers)) as answer,
        ):
            return EndpointAnswer("answered", answer.status_code, _text(answer, deadline))
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        return EndpointAnswer("not_delivered", 0, _told(error))
    except httpx2.HTTPError as error:
        return EndpointAnswer("unanswered", 0, _told(error))


def _text(answer: httpx2.Response, deadline: float) -> str:
    """The beginning of the answer. The status has been given already: a body that breaks off changes nothing."""
    read = bytearray()
    try:
        for piece in answer.iter_bytes():
            read += piece
            if len(read) > _MOST_BYTES or time.monotonic() > deadline:
                break
    except httpx2.HTTPError:
        pass
    return read.decode("utf-8", "replace")[:LONGEST_ANSWER]


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ANSWER]
