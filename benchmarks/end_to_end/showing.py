"""What the terminal shows while the benchmark runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Show:
    """One line per part of the benchmark: a bar on a terminal, the finished parts only where there is none."""

    Advance = Callable[[int, str], None]

    def __init__(self) -> None:
        self.console = Console()

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Advance]:
        """A bar; call what it yields with how much is done, and a remark."""
        columns = (
            TextColumn("{task.description:>18}"),
            BarColumn(30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[remark]}"),
        )
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(title, total=total, remark="")

            def advance(done: int, remark: str) -> None:
                progress.update(task, completed=done, remark=remark)

            yield advance
