CREATE OR REPLACE TEMPORARY TABLE work_deadlines
(
    Tx UInt64,
    Positions Array(UInt16),
    Deadlines Array(DateTime64(9, 'UTC')),
    SlaDueAt Nullable(DateTime64(9, 'UTC')),
    SlaAtRiskAt Nullable(DateTime64(9, 'UTC'))
) ENGINE = Memory
