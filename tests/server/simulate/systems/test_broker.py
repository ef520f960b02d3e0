"""The queue between the systems."""

from __future__ import annotations

from multiprocessing import AuthenticationError

import pytest

from spanledger_server.simulate.systems.broker import Broker, QueueClient
from spanledger_server.simulate.systems.message import Message


def test_messages_wait_with_their_headers_until_their_system_takes_them() -> None:
    broker = Broker(b"key")
    sender, receiver = QueueClient(broker.port, b"key"), QueueClient(broker.port, b"key")
    first, second = Message("a", {"traceparent": "00-1-2-01"}, {"total": "1.00"}), Message("b")
    sender.publish("boomi", first)
    sender.publish("boomi", second)
    assert receiver.take("netsuite") == []
    assert receiver.take("boomi") == [first, second]
    assert receiver.take("boomi") == []
    for client in (sender, receiver):
        client.close()
    broker.close()


def test_strangers_stay_outside() -> None:
    broker = Broker(b"key")
    with pytest.raises(AuthenticationError):
        QueueClient(broker.port, b"another")
    friend = QueueClient(broker.port, b"key")
    assert friend.take("boomi") == []
    friend.close()
    broker.close()
