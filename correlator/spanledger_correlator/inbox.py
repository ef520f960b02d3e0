"""What has come since: the group commits that the correlator has not taken in yet.

Reading is exact although commits can become visible late or before their spans do: a commit is taken in when all of
its spans are there, and marked only after their states are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from spanledger_correlator.statements import statement
from spanledger_store import Store

LATE_COMMIT_SECONDS = 300
"""For so long a commit may become visible late, and its spans after it."""
MOST_BATCHES = 2_000
"""So many ids are bound in one statement: a ClickHouse server takes at most 128 KiB for one value."""


@dataclass(frozen=True)
class Batch:
    """A group commit: its id, its moment of storing as text (UTC, nanoseconds), and its number of spans."""

    id: str
    stored_at: str
    spans: int


class Inbox:
    """The commits of one store, in the order of storing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def recover(self) -> None:
        """Find the commits that a process could no longer announce before it died; once at every start."""
        self._store.command(statement("inbox/find_commits"), {"late": LATE_COMMIT_SECONDS})

    def next(self, max_spans: int) -> list[Batch]:
        """The next commits, complete ones only: at least one if there is any, and at most about `max_spans` spans."""
        return next(self.groups(max_spans), [])

    def groups(self, max_spans: int) -> Iterator[list[Batch]]:
        """All commits that are new now, in groups as `next` gives them."""
        group: list[Batch] = []
        for batch, stored_at, spans in self._store.query(
            statement("inbox/new_batches"), {"late": LATE_COMMIT_SECONDS}
        ).result_rows:
            full = len(group) == MOST_BATCHES or sum(one.spans for one in group) + spans > max_spans
            if group and full:
                yield from self._visible(group)
                group = []
            group.append(Batch(str(batch), stored_at, spans))
        if group:
            yield from self._visible(group)

    def mark(self, batches: Sequence[Batch]) -> None:
        """Remember that these are taken in."""
        self._store.command(statement("inbox/mark_batches"), bound(batches))

    def _visible(self, batches: Sequence[Batch]) -> Iterator[list[Batch]]:
        """Those of a group whose spans are there, if there are any."""
        found = {
            str(batch): spans
            for batch, spans in self._store.query(statement("inbox/visible_batches"), bound(batches)).result_rows
        }
        given_up = datetime.now(UTC) - timedelta(seconds=LATE_COMMIT_SECONDS)
        visible = [
            batch
            for batch in batches
            if found.get(batch.id, 0) >= batch.spans
            or datetime.fromisoformat(batch.stored_at[:26]).replace(tzinfo=UTC) < given_up
        ]
        if visible:
            yield visible


def bound(batches: Sequence[Batch]) -> Mapping[str, Any]:
    """The values that statements about batches bind."""
    return {
        "batches": [batch.id for batch in batches],
        "first": min(batch.stored_at for batch in batches),
        "last": max(batch.stored_at for batch in batches),
    }
