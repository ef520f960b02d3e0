-- Roots whose transactions would hold the others up: they are judged beside the rest. The newest row of a root counts;
-- Done says that it has been judged since.
CREATE TABLE IF NOT EXISTS deferred_roots
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1)),
    Version UInt64,
    Done UInt8
)
ENGINE = ReplacingMergeTree(Version, Done)
ORDER BY (Tenant, Type, Id);

-- Roots with so many spans that looking at them takes a moment that others notice.
CREATE TABLE IF NOT EXISTS heavy_roots
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (Tenant, Type, Id);
