-- What is wrong with a transaction, since when and until when; what people did about it; and the rules that ask for it.

-- What the keys of the row are; one of another form was written by another release and is written anew.
ALTER TABLE process_rules
    ADD COLUMN IF NOT EXISTS Form String,
    ADD COLUMN IF NOT EXISTS Skew Int64,
    ADD COLUMN IF NOT EXISTS StepRequires Array(Array(UInt16)),
    ADD COLUMN IF NOT EXISTS StepCarries Array(Array(String)),
    ADD COLUMN IF NOT EXISTS StepCarriesAttributes Array(Array(String)),
    ADD COLUMN IF NOT EXISTS StepAnyOrder Array(Bool),
    ADD COLUMN IF NOT EXISTS AgreePositions Array(UInt16),
    ADD COLUMN IF NOT EXISTS AgreeAmounts Array(UInt16),
    ADD COLUMN IF NOT EXISTS AgreeTypes Array(String),
    ADD COLUMN IF NOT EXISTS AgreeKeys Array(String),
    ADD COLUMN IF NOT EXISTS AgreeRecords Array(String),
    ADD COLUMN IF NOT EXISTS SlaTierNames Array(String),
    ADD COLUMN IF NOT EXISTS OwnerExceptions Array(Array(String)),
    ADD COLUMN IF NOT EXISTS OwnerSystems Array(Array(String)),
    ADD COLUMN IF NOT EXISTS OwnerImpacts Array(Array(String)),
    ADD COLUMN IF NOT EXISTS SeverityExceptions Array(Array(String)),
    ADD COLUMN IF NOT EXISTS SeverityAgeOperators Array(String),
    ADD COLUMN IF NOT EXISTS SeverityAges Array(Int64),
    ADD COLUMN IF NOT EXISTS SeverityImpacts Array(Array(String)),
    ADD COLUMN IF NOT EXISTS SeverityTiers Array(Array(String));

-- The exceptions of a transaction, by the time they opened: open from From on, until Until, if they have one; Resolution
-- says what ended them, Detail what is wrong, by words that depend on the kind. Free of any clock. SlaTier is the name of
-- the tier by whose target the SLA is held; empty if it has none.
ALTER TABLE transactions
    ADD COLUMN IF NOT EXISTS SlaTier LowCardinality(String) AFTER SlaAtRiskAt,
    ADD COLUMN IF NOT EXISTS Exceptions Array(Tuple(
        Kind String, Position UInt16, From DateTime64(9, 'UTC'), Until Nullable(DateTime64(9, 'UTC')),
        Resolution String, Detail Map(String, String))) CODEC(ZSTD(1)) AFTER Troubles;

ALTER TABLE open_transactions
    ADD COLUMN IF NOT EXISTS SlaTier LowCardinality(String) AFTER SlaAtRiskAt,
    ADD COLUMN IF NOT EXISTS Exceptions Array(Tuple(
        Kind String, Position UInt16, From DateTime64(9, 'UTC'), Until Nullable(DateTime64(9, 'UTC')),
        Resolution String, Detail Map(String, String))) CODEC(ZSTD(1)) AFTER Troubles;

-- Whose word it was: systems may disagree.
ALTER TABLE entity_attributes ADD COLUMN IF NOT EXISTS System LowCardinality(String);

-- What people did about exceptions; rows are only ever added. The exception is named as they saw it: of the transaction
-- with that root id (an id that may have become an alias since), or of another subject, and since when it stood.
CREATE TABLE IF NOT EXISTS exception_actions
(
    Tenant LowCardinality(String),
    Id UUID,
    Subject String CODEC(ZSTD(1)),
    Process LowCardinality(String),
    RootType LowCardinality(String),
    RootId String CODEC(ZSTD(1)),
    Kind LowCardinality(String),
    Step LowCardinality(String),
    Since DateTime64(9, 'UTC'),
    Action LowCardinality(String),
    Who String CODEC(ZSTD(1)),
    At DateTime64(9, 'UTC'),
    Why String CODEC(ZSTD(1)),
    Assignee String CODEC(ZSTD(1)),
    Until Nullable(DateTime64(9, 'UTC'))
)
ENGINE = MergeTree
ORDER BY (Tenant, Subject, At, Id);
