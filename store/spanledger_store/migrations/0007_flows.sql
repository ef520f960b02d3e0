-- What a system says of itself: how many it has, and for how much, in a period. People load it; rows are never changed,
-- and of those that speak of the same the one loaded last counts.
CREATE TABLE IF NOT EXISTS control_totals
(
    Tenant LowCardinality(String),
    System LowCardinality(String),
    Step LowCardinality(String),
    EntityType LowCardinality(String),
    Period String,
    Zone LowCardinality(String),
    LegalEntity LowCardinality(String),
    Currency LowCardinality(String),
    Count Nullable(UInt64),
    Amount Nullable(Decimal(38, 9)),
    Owner LowCardinality(String),
    LoadedAt DateTime64(9, 'UTC'),
    LoadedBy String,
    File String,
    Line UInt32
)
ENGINE = MergeTree
ORDER BY (Tenant, System, Step, EntityType, Period, LegalEntity, Currency, LoadedAt)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Which numbers of a producer's sequence have come, as runs without a gap; Closing is the number of its last span, from
-- the span that says so. One row per commit, so that what had come by a moment is known.
CREATE TABLE IF NOT EXISTS producer_runs
(
    Tenant LowCardinality(String),
    ProducerId String CODEC(ZSTD(1)),
    FirstSeq UInt64 CODEC(Delta, ZSTD(1)),
    LastSeq UInt64 CODEC(Delta, ZSTD(1)),
    Closing UInt64 CODEC(ZSTD(1)),
    ServiceName LowCardinality(String),
    System LowCardinality(String),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (Tenant, ProducerId, FirstSeq)
SETTINGS index_granularity = 2048;
