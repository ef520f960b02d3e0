-- Froms and Untils are unix nanoseconds of the pauses that are over; PausedAt is the beginning of one that is not.
CREATE OR REPLACE TEMPORARY TABLE work_pauses
(
    Tx UInt64,
    Froms Array(Int64),
    Untils Array(Int64),
    PausedAt Nullable(DateTime64(9, 'UTC')),
    Pauses Array(Tuple(From DateTime64(9, 'UTC'), Until Nullable(DateTime64(9, 'UTC'))))
) ENGINE = Memory
