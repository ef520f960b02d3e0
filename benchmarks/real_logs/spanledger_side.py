"""Spanledger's side, in a process of its own: the backfill through a collector, the correlator, then the questions.

python -m benchmarks.real_logs.spanledger_side LOG_NAME STORE_FOLDER
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.real_logs.logs import FULL, ROOT, Log, data_file
from spanledger_collector import Collector, CollectorConfig
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_server.backfill.mapping import NamedSteps
from spanledger_server.backfill.mapping_file import load_mapping
from spanledger_server.backfill.run import Backfill, Options
from spanledger_store import Store

_DURATIONS = """
SELECT toUnixTimestamp64Micro(toDateTime64(LastActivityAt, 6, 'UTC')) - toUnixTimestamp64Micro(toDateTime64(StartedAt, 6, 'UTC'))
FROM transactions FINAL
WHERE Tenant = {tenant:String} AND Process = {process:String}
"""
_VARIANTS = """
SELECT activities, count()
FROM
(
    SELECT arrayMap(event -> event.2, arraySort(groupArray((OccurredAt, Activity)))) AS activities
    FROM
    (
        SELECT
            OccurredAt, EntityIds[indexOf(EntityTypes, {root:String})] AS Root,
            transform(concat(Step, ' ', Outcome), {steps:Array(String)}, {names:Array(String)}, '') AS Activity
        FROM spans
        WHERE Tenant = {tenant:String}
    )
    GROUP BY Root
)
GROUP BY activities
"""
"""Events of one moment stand by name: in a store of many sources there is no position in a file."""
_OBJECTS = """
SELECT concat(kind, ':', id), uniqExact(TraceId, SpanId)
FROM spans ARRAY JOIN EntityTypes AS kind, EntityIds AS id
WHERE Tenant = {tenant:String}
GROUP BY kind, id
"""


def main() -> None:
    """Load, ask, and say what each took."""
    name, folder = sys.argv[1:]
    log = next(one for one in FULL if one.name == name)
    mapping = ROOT / "examples" / "mappings" / f"{log.mapping}.yaml"
    with Store.open(f"chdb://{folder}") as store:
        store.migrate()
        began, cpu = time.perf_counter(), time.process_time()
        collector = Collector(store, CollectorConfig(http_address=("127.0.0.1", 0), grpc_address=("127.0.0.1", 0)))
        collector.start()
        try:
            endpoint = f"http://127.0.0.1:{collector.http_port}"
            Backfill(Options(data_file(name), mapping, endpoint=endpoint, restart=True)).run()
        finally:
            collector.stop()
        sent = time.perf_counter()
        Correlator(store, load_definitions([ROOT / "examples" / "definitions"])).catch_up()
        judged = time.perf_counter()
        counted = _cases(store, log, mapping) if log.process else _objects(store, mapping)
        answered = time.perf_counter()
    counted |= {
        "load_seconds": sent - began,
        "judge_seconds": judged - sent,
        "ask_seconds": answered - judged,
        "cpu_seconds": time.process_time() - cpu,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    json.dump(counted, sys.stdout)


def _cases(store: Store, log: Log, mapping: Path) -> dict[str, Any]:
    loaded, _ = load_mapping(mapping)
    assert isinstance(loaded.step, NamedSteps)
    names = loaded.step.names
    bound = {
        "tenant": "default",
        "process": log.process,
        "root": log.root,
        "steps": [f"{one.step} {one.outcome}" for one in names.values()],
        "names": list(names),
    }
    durations = [row[0] for row in store.query(_DURATIONS, bound).result_rows]
    variants = {"\t".join(names): int(count) for names, count in store.query(_VARIANTS, bound).result_rows}
    return {
        "cases": len(durations),
        "durations": sorted(round(micros / 1e6, 3) for micros in durations),
        "variants": variants,
    }


def _objects(store: Store, mapping: Path) -> dict[str, Any]:
    loaded, _ = load_mapping(mapping)
    assert loaded.objects is not None
    types = {entity: kind for kind, entity in loaded.objects.types.items()}
    rows = store.query(_OBJECTS, {"tenant": "default"}).result_rows
    counts = {}
    for name, events in rows:
        kind, _, object_id = name.partition(":")
        counts[f"{types[kind]}:{object_id}"] = int(events)
    return {"objects": len(counts), "events_per_object": counts}


if __name__ == "__main__":
    main()
