"""What the engine alone takes in: the same bytes, in the groups that the collector would make, straight from files.

    python -m benchmarks.ingest.limit FOLDER SECONDS SPANS GROUP      # prints spans and seconds

In a process of its own, because the engine is one for each process.
"""

from __future__ import annotations

import sys
import threading
import time
import uuid
from pathlib import Path

from benchmarks.end_to_end.template import Request, Template
from benchmarks.ingest.load import plan
from spanledger_collector import envelope
from spanledger_collector.door import checked_protobuf
from spanledger_store import Store

_PAYLOADS = 16
_THREADS = 2
"""As many as the collector commits with."""


def main(folder: str, seconds: float, spans: int, group: int) -> None:
    """Insert groups of `group` requests of `spans` spans for `seconds`."""
    template = Template(plan, spans)
    request = Request(template, seed=1)
    target = envelope.TARGETS["protobuf"]
    payloads = []
    for number in range(_PAYLOADS):
        bodies = [bytes(request.fill([number * group + n], time.time_ns())) for n in range(group)]
        payloads.append(
            envelope.payload([("t", checked_protobuf(body)) for body in bodies], uuid.uuid4(), time.time_ns())
        )
    with Store.open(f"chdb://{Path(folder)}") as store:
        store.migrate()
        store.raw_insert(target.table, payloads[0], target.input_format, target.settings)
        done = [0] * _THREADS
        began = time.monotonic()

        def work(number: int) -> None:
            turn = number
            while time.monotonic() - began < seconds:
                store.raw_insert(target.table, payloads[turn % _PAYLOADS], target.input_format, target.settings)
                turn += _THREADS
                done[number] += 1

        threads = [threading.Thread(target=work, args=(number,)) for number in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
    print(sum(done) * spans * group, took)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
