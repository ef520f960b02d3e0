"""Kafka with confluent-kafka: the context travels in the message's headers."""

import json

import spanledger as sl


def publish(producer, topic, invoice):
    """The producing side."""
    with sl.step("invoice.approved", invoice=invoice["id"]):
        producer.produce(topic, json.dumps(invoice), headers=sl.inject([]))
    producer.flush(10)


def consume(consumer, post, stop):
    """The consuming side: commit what was done, and what was refused for good."""
    while not stop():
        message = consumer.poll(0.2)
        if message is None or message.error():
            continue
        invoice = json.loads(message.value())
        with sl.extract(message.headers()):
            for _, it in sl.each("invoice.posted", [invoice], invoice=lambda one: one["id"]):
                with it:
                    post(invoice)
        consumer.commit(message)
