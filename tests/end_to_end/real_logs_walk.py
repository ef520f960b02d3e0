"""Where the events of an object-centric log belong, worked out with polars from the objects that events name.

An event belongs to every root that it names. One that names none belongs to the roots that its objects lead to: an
object leads to the roots beside it, and to those of objects of a type nearer the root beside it. Two objects stand
beside one another on an event where one of the two types is there once, or in the log's own table of links.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tests.end_to_end.real_logs_oracle import Attached


def through_objects(log: pl.DataFrame, root: str, joined: Sequence[str], links: pl.DataFrame | None = None) -> Attached:
    """The events by root; `joined` are the types that lead to it, nearest first."""
    named = log.select("event_id", "activity", "ts", "objects").explode("objects")
    named = named.unique(["event_id", "objects"]).with_columns(
        pl.col("objects").str.splitn(":", 2).struct.rename_fields(["kind", "id"]).alias("named")
    )
    named = named.unnest("named").filter(pl.col("kind").is_in([root, *joined]))
    beside = _beside(named.select("event_id", "kind", "id"), links)
    reach = _reach(beside, root, joined)
    own = named.filter(pl.col("kind") == root).select("event_id", "activity", "ts", root="id")
    homeless = named.join(own, on="event_id", how="anti")
    through = homeless.join(reach, on=["kind", "id"]).select("event_id", "activity", "ts", "root").unique()
    placed = pl.concat([own, through])
    orphans = log.join(placed, on="event_id", how="anti").height
    return Attached(placed.select("root", "activity", "ts"), orphans)


def _beside(named: pl.DataFrame, links: pl.DataFrame | None) -> pl.DataFrame:
    counted = named.with_columns(pl.len().over("event_id", "kind").alias("of_kind"))
    pairs = counted.join(counted, on="event_id", suffix="_other").filter(
        pl.col("kind") != pl.col("kind_other"), (pl.col("of_kind") == 1) | (pl.col("of_kind_other") == 1)
    )
    found = pairs.select("kind", "id", "kind_other", "id_other")
    if links is not None:
        split = links.select(
            *(
                pl.col(column).str.splitn(":", 2).struct.rename_fields([f"kind{end}", f"id{end}"]).alias(column)
                for column, end in (("source", ""), ("target", "_other"))
            )
        ).unnest("source", "target")
        back = split.select(kind="kind_other", id="id_other", kind_other="kind", id_other="id")
        found = pl.concat([found, split.select(found.columns), back])
    return found.unique()


def _reach(beside: pl.DataFrame, root: str, joined: Sequence[str]) -> pl.DataFrame:
    """Per joined object the roots it leads to, type by type from the root outwards."""
    known = beside.filter(pl.col("kind_other") == root).select("kind", "id", root="id_other")
    reach = known.clear()
    for kind in joined:
        here = beside.filter(pl.col("kind") == kind)
        further = here.join(reach, left_on=["kind_other", "id_other"], right_on=["kind", "id"], how="inner").select(
            "kind", "id", "root"
        )
        reach = pl.concat([reach, known.filter(pl.col("kind") == kind), further]).unique()
    return reach
