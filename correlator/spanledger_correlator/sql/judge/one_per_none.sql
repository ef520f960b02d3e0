CREATE OR REPLACE TEMPORARY TABLE work_one_per (Tx UInt64, Position UInt16, DuplicateAt DateTime64(9, 'UTC')) ENGINE = Memory
