"""The truth about the real logs, computed straight from the files with polars and from nothing of Spanledger.

`Attached` is one row per event and transaction it belongs to; every number follows from it. Where the events belong is
worked out here from the logs' own description (data README), not from the stitching rules of the product.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

BPIC2019_TAKEN = datetime(2019, 1, 17, 23, 59, 59, tzinfo=UTC)
BPIC2019_FINAL = "Clear Invoice"
BPIC2020_TAKEN = datetime(2019, 1, 8, 23, 59, 59, tzinfo=UTC)
BPIC2020_FINAL = "Payment Handled"


def data_file(name: str) -> Path:
    """A file of the data folder; skips the test, and says so, where the folder is not."""
    folder = Path(os.environ.get("SPANLEDGER_DATA") or Path(__file__).parents[3] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real logs are not here: no folder {folder} (set SPANLEDGER_DATA to where they are)")
    path = folder / name
    if not path.is_file():
        pytest.skip(f"this real log is not here: {path}")
    return path


@dataclass(frozen=True)
class Attached:
    """`events`: root, activity, ts (a row per event and root). `orphans`: how many events belong to no root at all."""

    events: pl.DataFrame
    orphans: int

    def roots(self) -> pl.DataFrame:
        """Per root: first, last, seconds between them, number of events, number of distinct activities."""
        return (
            self.events.group_by("root")
            .agg(
                pl.col("ts").min().alias("first"),
                pl.col("ts").max().alias("last"),
                (pl.col("ts").max() - pl.col("ts").min()).dt.total_seconds().alias("seconds"),
                pl.len().cast(pl.Int64).alias("events"),
                pl.col("activity").n_unique().cast(pl.Int64).alias("activities"),
            )
            .sort("root")
        )

    def counts(self) -> pl.DataFrame:
        """Per root and activity: how often it happened."""
        return (
            self.events.group_by("root", "activity")
            .agg(pl.len().cast(pl.Int64).alias("times"))
            .sort("root", "activity")
        )

    def repeated(self) -> pl.DataFrame:
        """The activities that happened more than once in a root."""
        return self.counts().filter(pl.col("times") > 1)

    def known_by(self, moment: datetime) -> Attached:
        """The events that had happened by a moment."""
        return Attached(self.events.filter(pl.col("ts") <= moment), self.orphans)

    def without(self, final: str, moment: datetime) -> set[str]:
        """The roots that had begun by a moment and not seen the final activity by then."""
        known = self.known_by(moment).events
        done = known.filter(pl.col("activity") == final)["root"]
        return set(known["root"]) - set(done)


def order_items(path: Path) -> Attached:
    """BPI Challenge 2019: every event names its case, one item of a purchase order."""
    events = pl.read_parquet(path, columns=["case_id", "activity", "ts"])
    return Attached(events.rename({"case_id": "root"}), 0)


def deleted_for_good(attached: Attached, moment: datetime) -> set[str]:
    """The order items that were deleted, and to which nothing happened after that, by a moment.

    A transfer that failed is no event of the item's life: it does not bring a deleted item back.
    """
    known = attached.known_by(moment).events.filter(pl.col("activity") != "SRM: Transfer Failed (E.Sys.)")
    deletion = pl.col("activity") == "Delete Purchase Order Item"
    ends = known.group_by("root").agg(
        pl.col("ts").filter(deletion).max().alias("deleted"), pl.col("ts").filter(~deletion).max().alias("other")
    )
    return set(ends.filter(pl.col("deleted") >= pl.col("other"))["root"])


def permits(path: Path, ignored: frozenset[str] = frozenset()) -> Attached:
    """BPI Challenge 2020: an event belongs to every permit it names, else to the permit that its documents go with.

    A document goes with a permit if an event names it and no other permit; the two trip events of the placeholder
    (419 permits, 447 declarations) say nothing about who belongs to whom. Ignored permits count as not named.
    """
    log = pl.read_parquet(path, columns=["event_id", "activity", "ts", "objects"])
    named = (
        log.explode("objects")
        .with_columns(pl.col("objects").str.splitn(":", 2).struct.rename_fields(["kind", "id"]).alias("named"))
        .unnest("named")
        .filter(~((pl.col("kind") == "permit") & pl.col("id").is_in(list(ignored))))
    )
    permit = named.filter(pl.col("kind") == "permit").select("event_id", "activity", "ts", root="id")
    documents = named.filter(pl.col("kind") != "permit").select("event_id", "objects")
    single = permit.filter(pl.len().over("event_id") == 1)
    goes_with = documents.join(single, on="event_id").select("objects", "root").unique()
    homeless = log.join(permit, on="event_id", how="anti").select("event_id", "activity", "ts")
    through = (
        homeless.join(documents, on="event_id")
        .join(goes_with, on="objects")
        .select("event_id", "activity", "ts", "root")
    ).unique()
    orphans = homeless.join(through, on="event_id", how="anti").height
    return Attached(pl.concat([permit, through]).select("root", "activity", "ts"), orphans)
