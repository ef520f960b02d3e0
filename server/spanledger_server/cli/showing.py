"""What commands show: how far a long one is (a bar on a terminal, a line at each tenth elsewhere, both on the error
output), and tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn


@contextmanager
def bar(what: str) -> Iterator[Callable[[float], None]]:
    """A function to call with the share done, 0 to 1."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=1.0)
        tenths = 0

        def show(done: float) -> None:
            nonlocal tenths
            progress.update(task, completed=done)
            if not console.is_terminal and int(done * 10) > tenths:
                tenths = int(done * 10)
                console.print(f"{what}: {tenths * 10} %", markup=False)

        yield show


def printable(text: str) -> str:
    """Text from elsewhere without what would move a terminal's cursor or change its colours."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, its columns aligned; the first row is its head."""
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
