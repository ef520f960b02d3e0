"""Run something in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Answer = TypeVar("_Answer")


def in_thread(work: Callable[[], _Answer]) -> _Answer:
    """What the work returns in a new thread, which has ended by then; its error is raised here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()
