"""How long it takes from a commit until its transactions show it, under a steady load."""

from __future__ import annotations

import threading
import time

from benchmarks.correlate.firm import Firm
from benchmarks.correlate.intake import Figures
from benchmarks.end_to_end.percentiles import percentile
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.model import Definitions
from spanledger_store import Store

_COMMITS_PER_SECOND = 5
_GIVEN_UP_SECONDS = 120.0
_LOOK_SECONDS = 0.02


def measure(store: Store, definitions: Definitions, firm: Firm, rate: int, seconds: float) -> Figures:
    """Commit `rate` spans a second, for so long, while a correlator runs; then wait until all of it is judged.

    A commit is visible when the correlator has marked it: its states were kept just before.
    """
    correlator = Correlator(store, definitions)
    committed: list[float] = []
    stopping = threading.Event()

    def commit() -> None:
        due = time.perf_counter()
        end = due + seconds
        while due < end and not stopping.is_set():
            for _ in firm.commits(rate // _COMMITS_PER_SECOND, max(1, rate * 10 // firm.spans)):
                committed.append(time.perf_counter())
                due += 1 / _COMMITS_PER_SECOND
                if due >= end or stopping.wait(max(0.0, due - time.perf_counter())):
                    break

    correlator.start()
    before = _marked(store)
    sender = threading.Thread(target=commit)
    sender.start()
    delays: list[float] = []
    try:
        while sender.is_alive() or len(delays) < len(committed):
            marked, now = _marked(store) - before, time.perf_counter()
            delays += [now - moment for moment in committed[len(delays) : marked]]
            if len(delays) < len(committed) and now - committed[len(delays)] > _GIVEN_UP_SECONDS:
                break
            time.sleep(_LOOK_SECONDS)
    finally:
        stopping.set()
        sender.join()
        correlator.stop(timeout=600)
    delays += [_GIVEN_UP_SECONDS] * (len(committed) - len(delays))
    at = f"at_{rate}_spans_per_second"
    return {
        f"visible_delay_p50_ms_{at}": round(1000 * percentile(delays, 50)),
        f"visible_delay_p95_ms_{at}": round(1000 * percentile(delays, 95)),
    }


def _marked(store: Store) -> int:
    return int(store.command("SELECT uniqExact(Batch) FROM correlated_batches"))
