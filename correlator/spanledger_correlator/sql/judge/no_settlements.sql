CREATE OR REPLACE TEMPORARY TABLE work_settlements
(
    Tx UInt64,
    Targets Array(UInt16),
    ReachedAt Array(Nullable(DateTime64(9, 'UTC'))),
    Settled Array(Tuple(UInt16, String, Decimal(38, 9), Decimal(38, 9), Decimal(38, 9)))
) ENGINE = Memory
