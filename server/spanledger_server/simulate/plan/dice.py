"""Chance that repeats: every decision draws from a generator named by what it decides, never from a shared one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws named by a path, such as seed, `invoice`, 17. The same path gives the same draws on every machine."""

    def __init__(self, *path: object) -> None:
        self._random = random.Random("/".join(str(part) for part in path))

    def chance(self, rate: float) -> bool:
        """True in `rate` (0 to 1) of all draws."""
        return self._random.random() < rate

    def between(self, low: int, high: int) -> int:
        """An integer, both ends included."""
        return self._random.randint(low, high)

    def pick(self, choices: Sequence[T]) -> T:
        """One of them, each as likely."""
        return self._random.choice(choices)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order."""
        return self._random.sample(items, len(items))

    def money(self, low: int, high: int) -> Decimal:
        """An amount in whole cents between two amounts in units."""
        return Decimal(self._random.randint(low * 100, high * 100)) / 100

    def digits(self, count: int) -> str:
        """So many decimal digits, the first not zero."""
        return str(self._random.randint(10 ** (count - 1), 10**count - 1))

    def letters(self, count: int) -> str:
        """So many letters and digits, as record ids have them."""
        return "".join(
            self._random.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789") for _ in range(count)
        )
