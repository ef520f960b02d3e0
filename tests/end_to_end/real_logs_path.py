"""The whole path for a real log: the backfill over a real socket into a collector, the store, the correlator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from spanledger_collector import Collector, CollectorConfig
from spanledger_correlator.correlator import Correlator
from spanledger_correlator.definition.loading import load_definitions
from spanledger_correlator.definition.model import Definitions
from spanledger_correlator.reading import Reading
from spanledger_server.backfill.mapping import NamedSteps
from spanledger_server.backfill.mapping_file import load_mapping
from spanledger_server.backfill.run import Backfill, Options, Report
from spanledger_store import Store

EXAMPLES = Path(__file__).parents[2] / "examples"
TENANT = "default"


def definitions(process: str | None = None) -> Definitions:
    """The example definitions, without those of another trade; or one of them alone, which is quicker."""
    folder = EXAMPLES / "definitions"
    return load_definitions([folder / f"{process}.yaml" if process else folder], pack=False)


@contextmanager
def collecting(store: Store) -> Iterator[str]:
    """A collector over the store; gives its OTLP/HTTP address."""
    collector = Collector(store, CollectorConfig(http_address=("127.0.0.1", 0), grpc_address=("127.0.0.1", 0)))
    collector.start()
    try:
        yield f"http://127.0.0.1:{collector.http_port}"
    finally:
        collector.stop()


def backfilled(store: Store, log: Path, mapping: str, process: str | None = None) -> Report:
    """Send a log through the collector and let the correlator catch up."""
    with collecting(store) as endpoint:
        options = Options(log, EXAMPLES / "mappings" / f"{mapping}.yaml", endpoint=endpoint, restart=True)
        report = Backfill(options).run()
    Correlator(store, definitions(process)).catch_up()
    return report


def distinct_spans(store: Store) -> int:
    """How many events the store holds, by identity."""
    return int(store.command("SELECT uniqExact(Tenant, TraceId, SpanId) FROM spans"))


def orphans(store: Store, process: str | None = None) -> int:
    """How many spans are in no transaction, once their time to wait is over."""
    later = datetime.now(UTC) + timedelta(hours=2)
    return len(Reading(store, definitions(process), TENANT, now=later).orphans())


def transactions_of(store: Store, process: str) -> pl.DataFrame:
    """Per transaction: root, first, last, seconds, events, and per step its attempts and successes."""
    rows = store.query(
        "SELECT RootId, StartedAt, LastActivityAt, SpanCount, StepAttempts, StepSuccesses FROM transactions FINAL "
        "WHERE Tenant = {tenant:String} AND Process = {process:String} ORDER BY RootId",
        {"tenant": TENANT, "process": process},
    ).result_rows
    names = ["root", "first", "last", "events", "attempts", "successes"]
    frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
    return frame.with_columns(
        pl.col("first", "last").dt.replace_time_zone("UTC").dt.cast_time_unit("us"),
        (pl.col("last") - pl.col("first")).dt.total_seconds().alias("seconds"),
        pl.col("events").cast(pl.Int64),
        pl.col("attempts", "successes").cast(pl.List(pl.Int64)),
    )


def statuses_of(store: Store, process: str, as_of: datetime) -> dict[str, set[str]]:
    """The roots by status at a moment, by all that is known now about what had happened by then."""
    reading = Reading(store, definitions(process), TENANT, as_of=as_of, known="now")
    rows = store.query(
        f"SELECT Status, groupArray(RootId) FROM {reading.relation.sql} "
        "WHERE Process = {process:String} GROUP BY Status",
        {**reading.relation.parameters, "process": process},
    ).result_rows
    return {str(status): set(roots) for status, roots in rows}


def counts_of(transactions: pl.DataFrame, process: str, mapping: str) -> pl.DataFrame:
    """Per transaction and activity of the log: how often the transaction has it, as `root, activity, times`.

    A step's successes are one activity of the log and its other attempts another (a refused approval).
    """
    definition = definitions().get(process)
    loaded, _ = load_mapping(EXAMPLES / "mappings" / f"{mapping}.yaml")
    assert definition is not None
    assert isinstance(loaded.step, NamedSteps)
    activities = pl.DataFrame(
        [(named.step, named.outcome == "success", activity) for activity, named in loaded.step.names.items()],
        schema=["step", "success", "activity"],
        orient="row",
    )
    steps = pl.lit([step.name for step in definition.steps], dtype=pl.List(pl.String))
    per_step = transactions.select("root", steps.alias("step"), "attempts", "successes").explode(
        "step", "attempts", "successes"
    )
    return (
        pl.concat(
            [
                per_step.select("root", "step", pl.lit(value=True).alias("success"), times="successes"),
                per_step.select(
                    "root", "step", pl.lit(value=False).alias("success"), times=pl.col("attempts") - pl.col("successes")
                ),
            ]
        )
        .filter(pl.col("times") > 0)
        .join(activities, on=["step", "success"], how="left")
        .select("root", "activity", "times")
        .sort("root", "activity")
    )


def step_counts_of(transactions: pl.DataFrame, process: str) -> pl.DataFrame:
    """Per transaction and step that was tried: attempts and successes."""
    definition = definitions(process).get(process)
    assert definition is not None
    steps = pl.lit([step.name for step in definition.steps], dtype=pl.List(pl.String))
    return (
        transactions.select("root", steps.alias("step"), "attempts", "successes")
        .explode("step", "attempts", "successes")
        .filter(pl.col("attempts") > 0)
        .sort("root", "step")
    )


def amounts_of(store: Store, process: str) -> pl.DataFrame:
    """Per transaction its amount's currency and cents."""
    rows = store.query(
        "SELECT RootId, Currencies[1], toInt64(round(Amounts[1] * 100)) FROM transactions FINAL "
        "WHERE Tenant = {tenant:String} AND Process = {process:String} AND notEmpty(Amounts) ORDER BY RootId",
        {"tenant": TENANT, "process": process},
    ).result_rows
    return pl.DataFrame(rows, schema={"root": pl.String, "currency": pl.String, "cents": pl.Int64}, orient="row")
