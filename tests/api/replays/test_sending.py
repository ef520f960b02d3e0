"""What came of sending an order, by what the network did."""

from __future__ import annotations

import socket

import pytest

from spanledger_api.replays.message import Message
from spanledger_api.replays.sending import LONGEST_ANSWER, send
from spanledger_correlator.definition.loading import parse_replay
from tests.api.replays.conftest import replay_file
from tests.api.replays.endpoint import SECRET, Endpoint, signed


@pytest.fixture
def order() -> Message:
    """An order that is signed now: an endpoint refuses one that is minutes old."""
    return signed({"type": "replay.requested", "data": {"replay_id": "r-1"}}, SECRET)


@pytest.mark.parametrize("url", ["https://host:99999999/", "http://127.0.0.1:9/replay", "http://[::1]:9/replay"])
def test_what_cannot_have_arrived(url: str, order: Message) -> None:
    found = send(parse_replay(replay_file(url=url)), order)
    assert (found.event, found.status) == ("not_delivered", 0)
    assert found.text


def test_an_answer_is_kept_up_to_its_beginning(endpoint: Endpoint, order: Message) -> None:
    endpoint.text = "x" * 10 * LONGEST_ANSWER
    found = send(parse_replay(replay_file(url=endpoint.url)), order)
    assert (found.event, found.status, len(found.text)) == ("answered", 202, LONGEST_ANSWER)


def test_a_listener_that_hangs_up_may_have_taken_it(order: Message) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/replay"
        # The order arrives in the listener's backlog, and nobody answers it.
        found = send(parse_replay(replay_file(url=url, timeout="1s")), order)
    assert found.event == "unanswered"
