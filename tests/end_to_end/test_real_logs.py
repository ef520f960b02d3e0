"""Two real logs through the whole path, against the same numbers computed straight from the files by other code."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanledger_store import Store
from tests.end_to_end import real_logs_oracle as truth
from tests.end_to_end.real_logs_oracle import Attached, data_file
from tests.end_to_end.real_logs_path import (
    backfilled,
    counts_of,
    definitions,
    distinct_spans,
    orphans,
    statuses_of,
    transactions_of,
)

pytestmark = pytest.mark.long

DELETION = "Delete Purchase Order Item"


def test_purchase_orders(store: Store) -> None:
    path = data_file("bpic2019_3way_after_gr.parquet")
    expected = truth.order_items(path)
    report = backfilled(store, path, "bpic2019")
    assert report.progress.sent == expected.events.height == distinct_spans(store)
    assert report.progress.rejected == 0

    found = transactions_of(store, "purchase-to-pay")
    times_and_sizes_agree(found, expected)
    # A deletion cancels: it is no step of the process, so it counts in the events and not among the steps.
    steps_agree(found, without_activity(expected, DELETION), "purchase-to-pay", "bpic2019")
    assert orphans(store) == 0

    taken = truth.BPIC2019_TAKEN
    cancelled = truth.deleted_for_good(expected, taken)
    unpaid = expected.without(truth.BPIC2019_FINAL, taken)
    statuses_agree(statuses_of(store, "purchase-to-pay", taken), expected, unpaid, cancelled, taken)


def test_travel_permits(store: Store) -> None:
    path = data_file("bpic2020_travel_oc.parquet")
    definition = definitions().get("travel")
    assert definition is not None
    expected = truth.permits(path, frozenset(definition.ignore_ids.get("permit", ())))
    report = backfilled(store, path, "bpic2020")
    assert report.progress.sent == distinct_spans(store) == 85_339

    found = transactions_of(store, "travel")
    assert set(found["root"]) == set(expected.events["root"])
    times_and_sizes_agree(found, expected)
    steps_agree(found, expected, "travel", "bpic2020")
    assert orphans(store) == expected.orphans

    taken = truth.BPIC2020_TAKEN
    unpaid = expected.without(truth.BPIC2020_FINAL, taken)
    statuses_agree(statuses_of(store, "travel", taken), expected, unpaid, set(), taken)

    backfilled(store, path, "bpic2020")
    assert distinct_spans(store) == 85_339
    assert_frame_equal(transactions_of(store, "travel"), found)
    assert orphans(store) == expected.orphans


def times_and_sizes_agree(found: pl.DataFrame, expected: Attached) -> None:
    """As many transactions as cases; each one's first and last time, its duration in seconds and its events."""
    columns = ["root", "first", "last", "seconds", "events"]
    assert_frame_equal(found.select(columns), expected.roots().select(columns))


def steps_agree(found: pl.DataFrame, expected: Attached, process: str, mapping: str) -> None:
    """Each transaction's steps, how often each happened, and with that the activities that were repeated."""
    counts = counts_of(found, process, mapping)
    assert_frame_equal(counts, expected.counts())
    assert_frame_equal(counts.filter(pl.col("times") > 1), expected.repeated())
    assert_frame_equal(
        counts.group_by("root").agg(pl.len().cast(pl.Int64).alias("activities")).sort("root"),
        expected.roots().select("root", "activities"),
    )


def statuses_agree(
    found: dict[str, set[str]], expected: Attached, unpaid: set[str], cancelled: set[str], moment: datetime
) -> None:
    """At the extraction: who had begun, who had not seen the final activity, who was called off."""
    begun = set(expected.known_by(moment).events["root"])
    wanted = {"open": unpaid - cancelled, "completed": begun - unpaid - cancelled, "cancelled": cancelled}
    assert found == {status: roots for status, roots in wanted.items() if roots}


def without_activity(attached: Attached, activity: str) -> Attached:
    """The same events but for one activity."""
    return Attached(attached.events.filter(pl.col("activity") != activity), attached.orphans)
