-- Every delivered copy of every span, as the collector committed it; rows are never updated.
--
-- The first block keeps the names of the OpenTelemetry ClickHouse exporter's trace table, so that existing trace
-- tooling reads it as it is; the second block holds the business columns, extracted once at insert.
-- Sorted by identity: a transaction's page and the stitching rules of a trace read whole traces.
-- Small granules, because a look-up of a few traces should not read thousands of neighbours.
-- Partitioned by the month of storing: an insert may span years of happening, never of storing.
CREATE TABLE IF NOT EXISTS spans
(
    Tenant LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    Flags UInt32 CODEC(ZSTD(1)),
    Timestamp DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName LowCardinality(String),
    ScopeVersion LowCardinality(String),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StatusCode LowCardinality(String),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested
    (
        Timestamp DateTime64(9, 'UTC'),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ),
    Links Nested
    (
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ),

    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Batch UUID CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),

    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Process LowCardinality(String),
    TransactionKey String CODEC(ZSTD(1)),
    Step LowCardinality(String),
    System LowCardinality(String),
    EntityTypes Array(LowCardinality(String)) CODEC(ZSTD(1)),
    EntityIds Array(String) CODEC(ZSTD(1)),
    AliasTypes Array(LowCardinality(String)) CODEC(ZSTD(1)),
    AliasIds Array(String) CODEC(ZSTD(1)),
    AttributeTypes Array(LowCardinality(String)) CODEC(ZSTD(1)),
    AttributeKeys Array(LowCardinality(String)) CODEC(ZSTD(1)),
    AttributeValues Array(String) CODEC(ZSTD(1)),
    Outcome LowCardinality(String),
    Amount Nullable(Decimal(38, 9)) CODEC(ZSTD(1)),
    Currency LowCardinality(String),
    AllocationTypes Array(LowCardinality(String)) CODEC(ZSTD(1)),
    AllocationIds Array(String) CODEC(ZSTD(1)),
    AllocationAmounts Array(Decimal(38, 9)) CODEC(ZSTD(1)),
    Quantity Nullable(Decimal(38, 9)) CODEC(ZSTD(1)),
    Unit LowCardinality(String),
    LegalEntity LowCardinality(String),
    Region LowCardinality(String),
    DueAt Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    IdempotencyKey String CODEC(ZSTD(1)),
    Attempt UInt32 CODEC(ZSTD(1)),
    ReplayOf String CODEC(ZSTD(1)),
    ErrorKind LowCardinality(String),
    ErrorCode LowCardinality(String),
    ErrorMessage String CODEC(ZSTD(1)),
    ErrorRetryable Nullable(Bool),
    Impact LowCardinality(String),
    RecordCount UInt64 CODEC(ZSTD(1)),
    ProducerId String CODEC(ZSTD(1)),
    ProducerSeq UInt64 CODEC(ZSTD(1)),
    Announces String CODEC(ZSTD(1)),
    Problems Array(LowCardinality(String)) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(StoredAt)
ORDER BY (Tenant, TraceId, SpanId)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000;
