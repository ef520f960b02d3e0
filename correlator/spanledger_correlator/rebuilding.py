"""A rebuild: a branch of the store is derived from all spans and catches up with those that come meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spanledger_correlator.branch import branched
from spanledger_store import Store

if TYPE_CHECKING:
    from spanledger_correlator.correlator import Correlator

_NEARLY_ALL = 0.99
_FEW_SPANS = 5_000


class RebuildStopped(Exception):
    """A rebuild was given up; the old answers stand."""


@contextmanager
def rebuilt(
    store: Store, correlator_over: Callable[[Store], Correlator], progress: Callable[[float], None]
) -> Iterator[Correlator]:
    """A correlator over a branch that holds all but the last few spans: whoever takes it over holds its own still first.

    The branch is gone at the end, or with what it replaced.
    """
    with branched(store, "rebuild") as branch:
        anew = correlator_over(branch)
        anew.derive(lambda done: progress(done * _NEARLY_ALL))
        # Spans have come while the past was derived, and fewer while those were taken in.
        while anew.tick() > _FEW_SPANS:
            progress(_NEARLY_ALL)
        yield anew
    progress(1.0)
