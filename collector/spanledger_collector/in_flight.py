"""The bytes that were received and not yet answered: what bounds the collector's memory, shared fairly by the tenants."""

from __future__ import annotations

import threading
from collections import Counter

from spanledger_collector.refusals import Overloaded

_ALONE = 0.75
"""What one tenant may hold of the limit while nobody else sends: the rest is there for who comes next."""


class InFlight:
    """Counts bytes by tenant against a limit, from any thread.

    Each tenant that holds something has an equal share of the limit. A tenant that holds nothing is let in as long as
    there is room at all, so that a large request of a quiet tenant gets through.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: Counter[str] = Counter()
        self._guard = threading.Lock()

    @property
    def bytes(self) -> int:
        """How many there are now."""
        return self._held.total()

    def by_tenant(self) -> dict[str, int]:
        """How many each tenant holds now; those that hold none are left out."""
        with self._guard:
            return dict(self._held)

    def share(self, tenant: str) -> Share:
        """A request's part; whoever asks for it gives it back."""
        return Share(self, tenant)

    def add(self, tenant: str, request: int, more: int) -> None:
        """Let a request that holds `request` bytes hold `more`.

        Raises:
            Overloaded: they would pass the limit or the tenant's share of it; nothing was added.
        """
        with self._guard:
            total, held = self._held.total(), self._held[tenant]
            others = len(self._held.keys() - {tenant})
            share = int(self._limit * (1 / (others + 1) if others else _ALONE))
            if total + more > self._limit:
                raise Overloaded(
                    f"The collector holds {total} bytes that are not committed yet; {more} more would pass its "
                    f"limit of {self._limit}. Send the request again after the delay."
                )
            if held > request and held + more > share:
                raise Overloaded(
                    f"The collector holds {held} bytes of this tenant that are not committed yet; {more} more would "
                    f"pass its share of {share}. Send the request again after the delay."
                )
            if more:
                self._held[tenant] += more

    def give_back(self, tenant: str, count: int) -> None:
        """Take `count` bytes off what the tenant holds."""
        with self._guard:
            self._held[tenant] -= count
            if not self._held[tenant]:
                del self._held[tenant]


class Share:
    """What one request holds of the bytes in flight."""

    def __init__(self, whole: InFlight, tenant: str) -> None:
        self._whole = whole
        self._tenant = tenant
        self._held = 0

    def add(self, count: int) -> None:
        """Hold `count` bytes more.

        Raises:
            Overloaded: the collector, or the tenant, holds too much already.
        """
        self._whole.add(self._tenant, self._held, count)
        self._held += count

    def give_back(self) -> None:
        """Hold nothing any more."""
        self._whole.give_back(self._tenant, self._held)
        self._held = 0
