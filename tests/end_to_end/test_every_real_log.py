"""Every real log through the whole path, against the same questions answered by polars straight from the files."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanledger_store import Store
from tests.end_to_end.real_logs_oracle import Attached, data_file
from tests.end_to_end.real_logs_path import (
    amounts_of,
    backfilled,
    definitions,
    distinct_spans,
    orphans,
    statuses_of,
    step_counts_of,
    transactions_of,
)
from tests.end_to_end.real_logs_table import LARGE, SMALL, RealLog

_LONG = [pytest.param(log, id=log.file.split(".", 1)[0], marks=pytest.mark.long) for log in LARGE]


@pytest.mark.parametrize("log", [*(pytest.param(log, id=log.file.split(".", 1)[0]) for log in SMALL), *_LONG])
def test_the_same_answers(store: Store, log: RealLog) -> None:
    """Transactions, times to the microsecond, sizes, steps and how often, status, and amounts to the cent."""
    path, links = data_file(log.file), data_file(log.links) if log.links else None
    expected = log.truth(path, links)
    if links:
        backfilled(store, links, f"{log.mapping}_links", log.process)
    sent = backfilled(store, path, log.mapping, log.process).progress
    stated = pl.scan_parquet(path).select(pl.len()).collect().item()
    assert (sent.sent, sent.rejected) == (stated, 0)
    assert distinct_spans(store) == stated + (pl.scan_parquet(links).select(pl.len()).collect().item() if links else 0)

    found = transactions_of(store, log.process)
    columns = ["root", "first", "last", "seconds", "events"]
    assert_frame_equal(found.select(columns), expected.roots().select(columns))
    assert orphans(store, log.process) == expected.orphans

    named = expected.events.join(log.steps(), on="activity")
    ordered = [step.name for step in definitions(log.process).get(log.process).steps]  # type: ignore[union-attr]
    assert_frame_equal(step_counts_of(found, log.process), step_counts(named.filter(pl.col("step").is_in(ordered))))
    taken = expected.events["ts"].max()
    assert statuses_of(store, log.process, taken) == statuses(named, log)  # type: ignore[arg-type]
    if log.amount:
        assert_frame_equal(amounts_of(store, log.process), log.amounts(path))


def step_counts(named: pl.DataFrame) -> pl.DataFrame:
    """Per transaction and step: attempts and successes."""
    return (
        named.group_by("root", "step")
        .agg(pl.len().cast(pl.Int64).alias("attempts"), pl.col("success").sum().cast(pl.Int64).alias("successes"))
        .sort("root", "step")
    )


def statuses(named: pl.DataFrame, log: RealLog) -> dict[str, set[str]]:
    """The roots by status: failed once it failed; cancelled if nothing succeeded after it; completed with its end."""
    success = pl.col("success")
    cancels = success & pl.col("step").is_in(log.cancel)
    per_root = named.group_by("root").agg(
        (success & pl.col("step").is_in(log.fail)).any().alias("failed"),
        pl.col("ts").filter(cancels).max().alias("cancelled_at"),
        pl.col("ts").filter(success & ~pl.col("step").is_in([*log.cancel, *log.fail])).max().alias("went_on_at"),
        (success & (pl.col("step") == log.end)).any().alias("ended"),
    )
    cancelled = pl.col("cancelled_at").is_not_null() & (
        pl.col("went_on_at").is_null() | (pl.col("went_on_at") <= pl.col("cancelled_at"))
    )
    judged = per_root.with_columns(
        pl.when("failed").then(pl.lit("failed"))
        .when(cancelled).then(pl.lit("cancelled"))
        .when("ended").then(pl.lit("completed"))
        .otherwise(pl.lit("open")).alias("status")
    )  # fmt: skip
    return {str(status[0]): set(rows["root"]) for status, rows in judged.group_by("status")}


def test_plain_components_would_weld_what_the_rules_keep_apart() -> None:
    """The trucks and vehicles of the container log: connected by anything, nearly all orders are one."""
    named = (
        pl.concat(
            [
                pl.read_parquet(data_file("ocel2_logistics.parquet")).select("event_id", "objects").explode("objects"),
                pl.read_parquet(data_file("ocel2_logistics.o2o.parquet"))
                .with_row_index("event_id")
                .select(pl.format("link {}", "event_id").alias("event_id"), pl.concat_list("source", "target").alias("objects"))
                .explode("objects"),
            ]
        )
    )  # fmt: skip
    assert largest_component(named) > 700
    without = named.filter(~pl.col("objects").str.contains("^(truck|vehicle|forklift):"))
    orders = Attached(without.select(root="objects"), 0)
    assert orders.events.height > 0
    assert largest_component(without) <= 12


def largest_component(named: pl.DataFrame) -> int:
    """How many objects hang together by common events, directly or not."""
    parent: dict[str, str] = {}

    def top(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = name = parent[parent[name]]
        return name

    for objects in named.group_by("event_id").agg("objects")["objects"]:
        first, *others = objects.to_list()
        for other in others:
            parent[top(other)] = top(first)
        top(first)
    sizes = pl.Series([top(name) for name in list(parent)]).value_counts()["count"]
    return int(sizes.max())  # type: ignore[arg-type]
