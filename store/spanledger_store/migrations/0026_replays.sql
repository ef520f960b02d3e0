-- What happened to each order to try a failed step again: asked, approved or refused, withdrawn, sending, answered. Rows
-- are added and never changed; each repeats what the order is about, so that it reads alone. What became of the order
-- itself is found in the spans.
CREATE TABLE IF NOT EXISTS replay_events
(
    Tenant LowCardinality(String),
    Process LowCardinality(String),
    RootType LowCardinality(String),
    RootId String,
    Step LowCardinality(String),
    ReplayId UUID,
    At DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    Event LowCardinality(String),
    Who String,
    Credential LowCardinality(String),
    Why String CODEC(ZSTD),
    ExceptionId String CODEC(ZSTD),
    LegalEntity LowCardinality(String),
    Endpoint LowCardinality(String),
    Verdict LowCardinality(String),
    Vouched Array(LowCardinality(String)),
    NeedsApproval Bool,
    FailedTraceId String,
    FailedSpanId String,
    TraceId String,
    OutcomeWithinNs Int64,
    Status UInt16,
    Answer String CODEC(ZSTD)
)
ENGINE = MergeTree
ORDER BY (Tenant, Process, Step, ReplayId, At)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
