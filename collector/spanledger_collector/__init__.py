"""OTLP over HTTP and gRPC in, durable rows out. `receiver.py` is the first file to open."""

from spanledger_collector.config import CollectorConfig
from spanledger_collector.receiver import Collector

__all__ = ["Collector", "CollectorConfig"]
