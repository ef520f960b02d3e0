-- What receiving keeps. What decodes the requests keeps nothing and is not migrated: see ../decoding.

-- An insert is acknowledged when it would survive a loss of power. A new part is one file (compact), so that this
-- costs a few fsyncs, not hundreds; merges make wide parts.
ALTER TABLE spans MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_wide_part = 268435456;

-- Spans that were not stored, as they came: each with its resource and scope as an OTLP request of its own, so that it
-- can be looked at, mended and sent again.
CREATE TABLE IF NOT EXISTS rejected_spans
(
    Tenant LowCardinality(String),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Batch UUID,
    Reason LowCardinality(String),
    ServiceName LowCardinality(String),
    SpanName LowCardinality(String),
    TraceId String,
    SpanId String,
    Encoding LowCardinality(String),
    Request String CODEC(ZSTD(3))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(StoredAt)
ORDER BY (Tenant, StoredAt)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
