-- Working calendars, compiled: what a deadline counts by. Every version is kept, so that what was judged by one can be
-- judged by it again.

-- Which version of a calendar counts from which moment on: the last one recorded.
CREATE TABLE IF NOT EXISTS calendar_records
(
    Calendar LowCardinality(String),
    Version UInt64,
    RecordedAt DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC'),
    Zone String,
    Title String,
    Source String
)
ENGINE = MergeTree
ORDER BY (Calendar, RecordedAt);

-- From which moment on a calendar's zone is how far from UTC. LocalSince is the local time from which on it is read so:
-- a time that is left out counts by the offset before, and so does the first of one that comes twice.
CREATE TABLE IF NOT EXISTS calendar_offsets
(
    Calendar LowCardinality(String),
    Version UInt64,
    Since DateTime64(9, 'UTC'),
    LocalSince DateTime64(9, 'UTC'),
    OffsetSeconds Int32
)
ENGINE = ReplacingMergeTree
ORDER BY (Calendar, Version, Since);

-- The working days of a calendar, numbered, with the working nanoseconds of all days before.
CREATE TABLE IF NOT EXISTS calendar_days
(
    Calendar LowCardinality(String),
    Version UInt64,
    Day Date32,
    Number UInt32,
    OpensAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    ClosesAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    WorkedBefore Int64 CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (Calendar, Version, Day);

-- The budgets that are not a plain number of nanoseconds after an anchor, in the order in which their tiers count:
-- position 0 is the SLA. After is the months of the period at whose end they begin, 0 for none; Share is the part of a
-- budget from which it is at risk, in hundred-thousandths.
ALTER TABLE process_rules ADD COLUMN IF NOT EXISTS Budgets Array(Tuple(
    Position UInt16, Anchor UInt16, DueFrom UInt16, Keys Array(String), Values Array(String), Calendar String,
    ElapsedNs Int64, Days UInt32, Months UInt16, BusinessDays UInt32, BusinessNs Int64, After UInt8, Share UInt32));

-- The steps that begin and end each pause.
ALTER TABLE process_rules ADD COLUMN IF NOT EXISTS Pauses Array(Tuple(Start UInt16, Finish UInt16));

-- When the clocks of a transaction stood still, without those of an overlap twice; the last may last still.
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS
    Pauses Array(Tuple(From DateTime64(9, 'UTC'), Until Nullable(DateTime64(9, 'UTC'))));

ALTER TABLE open_transactions ADD COLUMN IF NOT EXISTS
    Pauses Array(Tuple(From DateTime64(9, 'UTC'), Until Nullable(DateTime64(9, 'UTC'))));
