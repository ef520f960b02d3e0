"""What a key figure is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["hours", "days", "share", "money"]
Source = Literal["verdicts", "exceptions"]


@dataclass(frozen=True, slots=True)
class Kpi:
    """A key figure, over the rows of `source` for which `counts` holds and `at`, the moment that gives its month, is known.

    `value` is an aggregate: in hours or days with `spread`, the same at the 90th percentile; a share from 0 to 1; of money
    the column of amounts that are added up, currency by currency. `words` is its definition.
    """

    name: str
    words: str
    unit: Unit
    at: str
    value: str
    counts: str = "1"
    spread: str = ""
    source: Source = "verdicts"

    @property
    def aggregate(self) -> str:
        """The figure's aggregate; of money a map by currency."""
        return f"sumMap(Currencies, {self.value})" if self.unit == "money" else self.value

    @property
    def sql(self) -> str:
        """The definition as SQL, for the documentation."""
        return f"SELECT {self.aggregate} FROM {self.source} WHERE {self.counts} GROUP BY month({self.at})"  # noqa: S608 - shown


def first(step: str) -> str:
    """When a step first succeeded; null if it never did."""
    return f"StepFirstSuccess[indexOf(StepNames, '{step}')]"


def last(step: str) -> str:
    """When a step last succeeded."""
    return f"StepLastSuccess[indexOf(StepNames, '{step}')]"


def done(step: str) -> str:
    """When a step was done; for money, when all of it was settled."""
    return f"StepDoneAt[indexOf(StepNames, '{step}')]"


def of(process: str, more: str = "") -> str:
    """The transactions of a process, if need be only those for which something more holds."""
    return f"Process = '{process}'{f' AND {more}' if more else ''}"


def took(name: str, words: str, process: str, start: str, end: str) -> Kpi:
    """The figure of how long something takes: the median in hours, by the month in which it ends."""
    length = f"dateDiff('second', {start}, {end}) / 3600"
    return Kpi(
        name,
        words,
        "hours",
        at=end,
        value=f"quantileExactInclusive(0.5)({length})",
        spread=f"quantileExactInclusive(0.9)({length})",
        counts=f"{of(process)} AND {start} IS NOT NULL",
    )
