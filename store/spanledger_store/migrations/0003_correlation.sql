-- What the correlator derives from spans. Every table here is a cache of a pure function of the spans: it can be
-- dropped and rebuilt. Rows may stand twice (a killed correlator repeats its last batch); readers aggregate them
-- with functions that do not mind.

-- Process definitions as rows, so that one statement judges every process. Arrays run along the steps (position 1
-- is the first) or along the rules of one kind. Durations are nanoseconds; position 0 and -1 mean "none".
CREATE TABLE IF NOT EXISTS process_rules
(
    Process LowCardinality(String),
    Version UInt32,
    EffectiveFrom DateTime64(9, 'UTC'),
    RecordedAt DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC'),
    Title String,
    Impact LowCardinality(String),
    RootType LowCardinality(String),
    JoinedTypes Array(LowCardinality(String)),
    RelatedTypes Array(LowCardinality(String)),
    AmountPosition UInt16,
    StepNames Array(String),
    StepSystems Array(String),
    StepRequired Array(UInt8),
    StepConditionKeys Array(Array(String)),
    StepConditionValues Array(Array(String)),
    StepMany Array(Bool),
    StepStart Array(Bool),
    StepEnd Array(Bool),
    StepGrace Array(Int64),
    StepWithin Array(Int64),
    StepAnchor Array(UInt16),
    StepDueFrom Array(UInt16),
    StepSettles Array(UInt16),
    StepOnePer Array(String),
    CancelSteps Array(String),
    FailSteps Array(String),
    OwnerNames Array(String),
    OwnerSteps Array(Array(String)),
    OwnerErrors Array(Array(String)),
    SlaTarget Array(Int64),
    SlaAtRisk Array(Int64),
    SlaConditionKeys Array(Array(String)),
    SlaConditionValues Array(Array(String)),
    SeverityNames Array(String),
    SeverityTexts Array(String),
    SeverityStuck Array(Int8),
    SeveritySla Array(String),
    SeverityOperators Array(String),
    SeverityAmounts Array(Decimal(38, 9)),
    SeverityCurrencies Array(String),
    SeverityConditionKeys Array(Array(String)),
    SeverityConditionValues Array(Array(String)),
    Source String
)
ENGINE = ReplacingMergeTree(RecordedAt)
ORDER BY (Process, Version);

-- One row per copy of a step's span and entity it names, keyed by the entity as it was named: aliases and links that
-- come later re-key nothing. Via tells a naming from a transaction key; Waits says that rules 3 and 4 may attach it.
CREATE TABLE IF NOT EXISTS facts
(
    Tenant LowCardinality(String),
    EntityType LowCardinality(String),
    EntityId String CODEC(ZSTD(1)),
    Via Enum8('entity' = 1, 'transaction' = 2),
    Siblings UInt32 CODEC(ZSTD(1)),
    Split Bool,
    Allocated Nullable(Decimal(38, 9)) CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Step LowCardinality(String),
    OnlyProcess LowCardinality(String),
    KeyProcess LowCardinality(String),
    Types Array(LowCardinality(String)) CODEC(ZSTD(1)),
    Counts Array(UInt32) CODEC(ZSTD(1)),
    System LowCardinality(String),
    Outcome LowCardinality(String),
    ErrorKind LowCardinality(String),
    ErrorCode LowCardinality(String),
    ErrorMessage String CODEC(ZSTD(1)),
    Amount Nullable(Decimal(38, 9)) CODEC(ZSTD(1)),
    Currency LowCardinality(String),
    DueAt Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    IdempotencyKey String CODEC(ZSTD(1)),
    LegalEntity LowCardinality(String),
    Region LowCardinality(String),
    Impact LowCardinality(String),
    Singles Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Waits Bool
)
ENGINE = MergeTree
ORDER BY (Tenant, EntityType, EntityId)
SETTINGS index_granularity = 2048;

-- One row per copy of a span and entity it names that no process stitches by, with those beside it that one does.
CREATE TABLE IF NOT EXISTS namings
(
    Tenant LowCardinality(String),
    EntityType LowCardinality(String),
    EntityId String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Singles Map(LowCardinality(String), String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (Tenant, EntityType, EntityId)
SETTINGS index_granularity = 2048;

-- Step spans that name no root of a process that has the step: rules 3 and 4 may attach them, now or later.
CREATE TABLE IF NOT EXISTS waiting
(
    Tenant LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),
    Process LowCardinality(String),
    RootType LowCardinality(String),
    Elsewhere Bool,
    EntityTypes Array(LowCardinality(String)) CODEC(ZSTD(1)),
    EntityIds Array(String) CODEC(ZSTD(1)),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Step LowCardinality(String),
    System LowCardinality(String),
    Outcome LowCardinality(String),
    ErrorKind LowCardinality(String),
    ErrorCode LowCardinality(String),
    ErrorMessage String CODEC(ZSTD(1)),
    Amount Nullable(Decimal(38, 9)) CODEC(ZSTD(1)),
    Currency LowCardinality(String),
    DueAt Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    IdempotencyKey String CODEC(ZSTD(1)),
    LegalEntity LowCardinality(String),
    Region LowCardinality(String),
    Impact LowCardinality(String),
    Singles Map(LowCardinality(String), String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (Tenant, TraceId, SpanId)
SETTINGS index_granularity = 2048;

-- Evidence that two entities belong together, in both directions; only between types that some process stitches by.
CREATE TABLE IF NOT EXISTS links
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1)),
    OtherType LowCardinality(String),
    OtherId String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (Tenant, Type, Id, OtherType, OtherId)
SETTINGS index_granularity = 2048;

-- Two ids of one entity, in both directions, as one span stated them.
CREATE TABLE IF NOT EXISTS alias_edges
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1)),
    OtherId String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (Tenant, Type, Id, OtherId);

-- Which id an aliased entity goes by: the one named by its earliest-happening span.
CREATE TABLE IF NOT EXISTS canonical_ids
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1)),
    CanonicalId String CODEC(ZSTD(1)),
    Version UInt64
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY (Tenant, Type, Id);

-- The same the other way round; Active falls to 0 when an id gets another canonical id.
CREATE TABLE IF NOT EXISTS canonical_members
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    CanonicalId String CODEC(ZSTD(1)),
    Id String CODEC(ZSTD(1)),
    Active UInt8,
    Version UInt64
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY (Tenant, Type, CanonicalId, Id);

-- What spans said about entities; the newest by time wins.
CREATE TABLE IF NOT EXISTS entity_attributes
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1)),
    Key LowCardinality(String),
    Value String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (Tenant, Type, Id, Key);

-- Which entity which root claims for itself alone (`one_per`), in both directions.
CREATE TABLE IF NOT EXISTS claims
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1)),
    OtherType LowCardinality(String),
    OtherId String CODEC(ZSTD(1)),
    Process LowCardinality(String),
    Step LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ContentHash UInt64 CODEC(ZSTD(1)),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    OccurredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (Tenant, Type, Id)
SETTINGS index_granularity = 2048;

-- Copies of a span that lost against another copy of the same identity (later end, then larger content hash).
CREATE TABLE IF NOT EXISTS superseded_copies
(
    Tenant LowCardinality(String),
    TraceId String,
    SpanId String,
    ContentHash UInt64,
    StoredAt DateTime64(9, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (Tenant, TraceId, SpanId, ContentHash, StoredAt);

-- Which spans have come, by a hash of their identity: only one that has come before can have two copies.
CREATE TABLE IF NOT EXISTS seen_spans
(
    Identity UInt64 CODEC(NONE)
)
ENGINE = MergeTree
ORDER BY Identity;

-- When each trace was active: trace viewers find the time range here.
CREATE TABLE IF NOT EXISTS spans_trace_id_ts
(
    Tenant LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    Start DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    End DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = MergeTree
ORDER BY (TraceId, Tenant)
SETTINGS index_granularity = 2048;

-- The state of every transaction, free of any clock: a verdict is this row and a moment.
CREATE TABLE IF NOT EXISTS transactions
(
    Tenant LowCardinality(String),
    Process LowCardinality(String),
    RootId String CODEC(ZSTD(1)),
    RootType LowCardinality(String),
    RuleVersion UInt32,
    Status LowCardinality(String),
    Impact LowCardinality(String),
    StartedAt DateTime64(9, 'UTC'),
    LastActivityAt DateTime64(9, 'UTC'),
    ClosedAt Nullable(DateTime64(9, 'UTC')),
    SlaDueAt Nullable(DateTime64(9, 'UTC')),
    SlaAtRiskAt Nullable(DateTime64(9, 'UTC')),
    LegalEntity LowCardinality(String),
    Region LowCardinality(String),
    ClientName String CODEC(ZSTD(1)),
    Currencies Array(LowCardinality(String)),
    Amounts Array(Decimal(38, 9)),
    OpenAmounts Array(Decimal(38, 9)),
    Related Array(Tuple(Type LowCardinality(String), Id String)) CODEC(ZSTD(1)),
    Known Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StepDone Array(Bool),
    StepRequired Array(Bool),
    StepAttempts Array(UInt32),
    StepSuccesses Array(UInt32),
    StepFirstSuccess Array(Nullable(DateTime64(9, 'UTC'))),
    StepLastSuccess Array(Nullable(DateTime64(9, 'UTC'))),
    StepDoneAt Array(Nullable(DateTime64(9, 'UTC'))),
    StepLastFailure Array(Nullable(DateTime64(9, 'UTC'))),
    StepFailingSince Array(Nullable(DateTime64(9, 'UTC'))),
    StepDeadline Array(Nullable(DateTime64(9, 'UTC'))),
    StepDuplicateAt Array(Nullable(DateTime64(9, 'UTC'))),
    StepFailure Array(Tuple(Outcome String, Kind String, Code String, Message String, System String)),
    StepFailures Array(UInt32),
    -- What is wrong from which moment on, by kind (1 failing, 2 overdue, 3 missing, 4 failing and not required) and
    -- step: the first whose moment has come is what the transaction waits for. Else it waits for NextStep.
    Troubles Array(Tuple(Kind UInt8, Position UInt16, From DateTime64(9, 'UTC'))),
    NextStep UInt16,
    StuckFrom Nullable(DateTime64(9, 'UTC')),
    SpanCount UInt64,
    Version UInt64,
    Deleted UInt8
)
ENGINE = ReplacingMergeTree(Version, Deleted)
ORDER BY (Tenant, Process, RootId)
SETTINGS index_granularity = 1024;

-- The open ones alone: what "stuck" asks, small whatever the history.
CREATE TABLE IF NOT EXISTS open_transactions AS transactions
ENGINE = ReplacingMergeTree(Version, Deleted)
ORDER BY (Tenant, Process, RootId)
SETTINGS index_granularity = 1024, allow_experimental_replacing_merge_with_cleanup = 1;

-- Step spans and whether any process has taken them; what is not attached an hour after storing is an orphan.
CREATE TABLE IF NOT EXISTS unattached
(
    Tenant LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    Step LowCardinality(String),
    System LowCardinality(String),
    Processes Array(LowCardinality(String)),
    Reason LowCardinality(String),
    OccurredAt DateTime64(9, 'UTC'),
    StoredAt DateTime64(9, 'UTC'),
    Version UInt64,
    Deleted UInt8
)
ENGINE = ReplacingMergeTree(Version, Deleted)
ORDER BY (Tenant, TraceId, SpanId);

-- Which entities stand, or once stood, beside which transactions.
CREATE TABLE IF NOT EXISTS beside
(
    Tenant LowCardinality(String),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1)),
    RootType LowCardinality(String),
    RootId String CODEC(ZSTD(1)),
    Process LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (Tenant, Type, Id, RootType, RootId, Process)
SETTINGS index_granularity = 2048;

-- Which transactions have spans in traces where rule 4 places spans: those that a change of the transaction may move.
CREATE TABLE IF NOT EXISTS contested_traces
(
    Tenant LowCardinality(String),
    RootType LowCardinality(String),
    RootId String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (Tenant, RootType, RootId, TraceId)
SETTINGS index_granularity = 2048;

-- From which joined entities which transactions have spans (rule 3).
CREATE TABLE IF NOT EXISTS reached
(
    Tenant LowCardinality(String),
    RootType LowCardinality(String),
    RootId String CODEC(ZSTD(1)),
    Type LowCardinality(String),
    Id String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (Tenant, RootType, RootId, Type, Id)
SETTINGS index_granularity = 2048;

-- Which group commits the correlator has taken in; its place after a restart.
CREATE TABLE IF NOT EXISTS correlated_batches
(
    Batch UUID,
    StoredAt DateTime64(9, 'UTC'),
    CorrelatedAt DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (StoredAt, Batch);

-- One row per group commit (more, if its insert was cut into blocks): how the correlator learns of new spans without
-- looking for them among all. The row can become visible before its spans do; the count tells.
CREATE TABLE IF NOT EXISTS commits
(
    Batch UUID,
    StoredAt DateTime64(9, 'UTC'),
    Spans UInt64
)
ENGINE = MergeTree
ORDER BY (StoredAt, Batch);

CREATE MATERIALIZED VIEW IF NOT EXISTS commits_of_spans TO commits AS
SELECT Batch, StoredAt, count() AS Spans
FROM spans
GROUP BY Batch, StoredAt;
