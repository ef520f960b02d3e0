-- Verdicts that are kept: what a state comes to at a clock, and from when until when it comes to that. Whoever reads one
-- outside that time judges the state anew. StateVersion is the version of the state that was judged: a newer state's verdict
-- replaces an older one's, of one state the last that was written counts. Rates is a digest of the rates that were held
-- against an open one's money.
CREATE TABLE IF NOT EXISTS verdicts
(
    Tenant LowCardinality(String),
    Process LowCardinality(String),
    RootId String CODEC(ZSTD(1)),
    RootType LowCardinality(String),
    Version UInt32,
    Key String CODEC(ZSTD(1)),
    Status LowCardinality(String),
    Stuck UInt8,
    Paused UInt8,
    PausedAt Nullable(DateTime64(9, 'UTC')),
    WaitingFor LowCardinality(String),
    WaitingSince Nullable(DateTime64(9, 'UTC')),
    WhyKind LowCardinality(String),
    WhyErrorKind LowCardinality(String),
    WhyCode String CODEC(ZSTD(1)),
    WhyMessage String CODEC(ZSTD(1)),
    WhySystem LowCardinality(String),
    Attempts UInt32,
    DueAt Nullable(DateTime64(9, 'UTC')),
    SlaState LowCardinality(String),
    SlaDueAt Nullable(DateTime64(9, 'UTC')),
    SlaEndsAt Nullable(DateTime64(9, 'UTC')),
    SlaTier LowCardinality(String),
    Severity LowCardinality(String),
    SeverityRule LowCardinality(String),
    RateMissing Array(String),
    Impact LowCardinality(String),
    Owner LowCardinality(String),
    Currencies Array(LowCardinality(String)),
    Amounts Array(Decimal(38, 9)),
    OpenAmounts Array(Decimal(38, 9)),
    Cash Array(Decimal(38, 9)),
    Credits Array(Decimal(38, 9)),
    WriteOffs Array(Decimal(38, 9)),
    Overpaid Array(Decimal(38, 9)),
    Elsewhere Array(Tuple(Currency String, Amount Decimal(38, 9))),
    LegalEntity LowCardinality(String),
    Region LowCardinality(String),
    ClientName String CODEC(ZSTD(1)),
    Related Array(Tuple(Type LowCardinality(String), Id String)) CODEC(ZSTD(1)),
    StartedAt DateTime64(9, 'UTC'),
    LastActivityAt DateTime64(9, 'UTC'),
    ClosedAt Nullable(DateTime64(9, 'UTC')),
    Known Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Pauses Array(Tuple(From DateTime64(9, 'UTC'), Until Nullable(DateTime64(9, 'UTC')))),
    StepNames Array(LowCardinality(String)),
    StepSystems Array(LowCardinality(String)),
    StepFirstSuccess Array(Nullable(DateTime64(9, 'UTC'))),
    StepLastSuccess Array(Nullable(DateTime64(9, 'UTC'))),
    StepLastFailure Array(Nullable(DateTime64(9, 'UTC'))),
    StepFailingSince Array(Nullable(DateTime64(9, 'UTC'))),
    StepDoneAt Array(Nullable(DateTime64(9, 'UTC'))),
    StepDeadline Array(Nullable(DateTime64(9, 'UTC'))),
    StepAttempts Array(UInt32),
    StepDone Array(Bool),
    StepRequired Array(Bool),
    StepFailure Array(Tuple(Outcome String, Kind String, Code String, Message String, System String)) CODEC(ZSTD(1)),
    StepSlaState Array(LowCardinality(String)),
    Exceptions Array(Tuple(
        Kind String, Position UInt16, From DateTime64(9, 'UTC'), Until Nullable(DateTime64(9, 'UTC')),
        Resolution String, Detail Map(String, String))) CODEC(ZSTD(1)),
    ExceptionKinds Array(LowCardinality(String)),
    ExceptionSteps Array(LowCardinality(String)),
    ExceptionSince Array(DateTime64(9, 'UTC')),
    HoldsFrom DateTime64(9, 'UTC'),
    HoldsUntil DateTime64(9, 'UTC'),
    Rates UInt64,
    StateVersion UInt64,
    Deleted UInt8,
    INDEX holds_from HoldsFrom TYPE minmax GRANULARITY 1,
    INDEX holds_until HoldsUntil TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(StateVersion, Deleted)
ORDER BY (Tenant, Process, RootId)
SETTINGS index_granularity = 1024;

-- Those of the open ones alone: what "stuck" asks, small whatever the history.
CREATE TABLE IF NOT EXISTS open_verdicts AS verdicts
ENGINE = ReplacingMergeTree(StateVersion, Deleted)
ORDER BY (Tenant, Process, RootId)
SETTINGS index_granularity = 1024, allow_experimental_replacing_merge_with_cleanup = 1;

DROP TABLE IF EXISTS open_transactions;
