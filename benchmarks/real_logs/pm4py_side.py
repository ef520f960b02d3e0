"""pm4py's side: a program of its own, run by the interpreter that has pm4py and nothing of Spanledger.

    python pm4py_side.py LOG.parquet cases|objects

Prints one JSON object: what was counted, the seconds it took from the file to the answers, and the most memory.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from typing import Any


def cases(pm4py: Any, pandas: Any, path: str) -> dict[str, Any]:
    """Cases, their durations in seconds, and how often each variant occurs; events of one moment stand by name."""
    log = pandas.read_parquet(path, columns=["case_id", "activity", "ts"]).sort_values(["ts", "activity"])
    log = pm4py.format_dataframe(log, case_id="case_id", activity_key="activity", timestamp_key="ts")
    variants = {"\t".join(variant): int(count) for variant, count in pm4py.get_variants(log).items()}
    durations = sorted(round(seconds, 3) for seconds in pm4py.get_all_case_durations(log))
    return {"cases": int(log["case:concept:name"].nunique()), "durations": durations, "variants": variants}


def objects(pm4py: Any, pandas: Any, path: str) -> dict[str, Any]:
    """Objects and the number of events of each, from an object-centric log made of the file."""
    ocel_class = importlib.import_module("pm4py.objects.ocel.obj").OCEL
    table = pandas.read_parquet(path, columns=["event_id", "activity", "ts", "objects"])
    names = {"event_id": "ocel:eid", "activity": "ocel:activity", "ts": "ocel:timestamp"}
    events = table.rename(columns=names)
    relations = events.explode("objects").dropna(subset=["objects"]).rename(columns={"objects": "ocel:oid"})
    relations["ocel:type"] = relations["ocel:oid"].str.split(":", n=1).str[0]
    relations["ocel:qualifier"] = None
    found = relations[["ocel:oid", "ocel:type"]].drop_duplicates()
    log = ocel_class(events=events.drop(columns=["objects"]), objects=found, relations=relations)
    summary = pm4py.ocel_objects_summary(log)
    counts = {row["ocel:oid"]: len(row["activities_lifecycle"]) for _, row in summary.iterrows()}
    return {"objects": len(counts), "events_per_object": counts}


def main() -> None:
    """Count, and say what it took; imports are not counted."""
    path, kind = sys.argv[1:]
    pm4py, pandas = importlib.import_module("pm4py"), importlib.import_module("pandas")
    began, cpu = time.perf_counter(), time.process_time()
    counted = {"cases": cases, "objects": objects}[kind](pm4py, pandas, path)
    counted["seconds"] = time.perf_counter() - began
    counted["cpu_seconds"] = time.process_time() - cpu
    counted["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump(counted, sys.stdout)


if __name__ == "__main__":
    main()
