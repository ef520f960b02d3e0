-- No exceptions yet, in the shape that the later statements add to.
CREATE OR REPLACE TEMPORARY TABLE work_findings
(
    Tx UInt64,
    Kind String,
    Position UInt16,
    From DateTime64(9, 'UTC'),
    Until Nullable(DateTime64(9, 'UTC')),
    Resolution String,
    Detail Map(String, String)
) ENGINE = Memory
