"""Trace and span ids of a backfilled event: from the source's own event id, or from the row's position, never content.

In real logs two equal rows are two events, and the same row read twice is one. Every event is a trace of its own: the
log states no causality between events, and a trace of one span leaves stitching to the entities that the event names.
"""

from __future__ import annotations

from hashlib import blake2b

_PURPOSE = b"spanledger.event"  # at most 16 bytes


def event_ids(log: str, event: str) -> tuple[bytes, bytes]:
    """The trace id (16 bytes) and span id (8 bytes) of an event of a log, the same in every run."""
    digest = blake2b(f"{log}\0{event}".encode(), digest_size=24, person=_PURPOSE).digest()
    return digest[:16], digest[16:]
