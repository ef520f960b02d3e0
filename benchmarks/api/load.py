"""Questions at a steady rate: each has its moment, and is late from then on whatever held it up.

A client that waits for an answer before it asks again would ask less while the program is slow, and so not see how slow.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.api.questions import Kind, mixed
from benchmarks.end_to_end.program import Api

CONNECTIONS = 32


@dataclass
class Taken:
    """The seconds that questions took, by kind, from the moment at which each was due; and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)
    lasted: float = 0.0


def alone(port: int, asked: Sequence[Kind], times: int) -> Taken:
    """Each kind so often, one question after the other, after two to warm up."""
    taken, api = Taken(), Api(port)
    began = time.perf_counter()
    for kind in asked:
        for number, address in enumerate(itertools.islice(itertools.cycle(kind.addresses), times + 2)):
            _ask(api, kind.name, address, time.perf_counter(), taken if number >= 2 else Taken())
    taken.lasted = time.perf_counter() - began
    return taken


def steady(port: int, asked: Sequence[Kind], rate: float, seconds: float, seed: int = 7) -> Taken:
    """The mix, `rate` questions a second for so long, over so many connections that waiting ones hold up no other."""
    taken, guard = Taken(), threading.Lock()
    questions: Iterator[tuple[int, tuple[str, str]]] = enumerate(
        itertools.islice(mixed(asked, seed), round(rate * seconds))
    )
    began = time.perf_counter() + 0.5

    def work() -> None:
        api = Api(port)
        while True:
            with guard:
                number, (name, address) = next(questions, (-1, ("", "")))
            if number < 0:
                return
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            _ask(api, name, address, due, taken)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.lasted = time.perf_counter() - began
    return taken


def _ask(api: Api, name: str, address: str, due: float, taken: Taken) -> None:
    status, body = api.ask(address)
    taken.seconds[name].append(time.perf_counter() - due)
    if status != 200:
        taken.refused.append(f"{address}: {status} {body[:200].decode(errors='replace')}")
