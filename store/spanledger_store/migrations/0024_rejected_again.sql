-- What a rejected span is called, and when it was driven again: one row for each time.
ALTER TABLE rejected_spans
    ADD COLUMN IF NOT EXISTS Id String MATERIALIZED lower(hex(sipHash64(Tenant, StoredAt, Encoding, Request)));

CREATE TABLE IF NOT EXISTS rejected_retries
(
    Tenant LowCardinality(String),
    Id String,
    RetriedAt DateTime64(9, 'UTC'),
    TraceId String,
    SpanId String
)
ENGINE = MergeTree
ORDER BY (Tenant, Id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
