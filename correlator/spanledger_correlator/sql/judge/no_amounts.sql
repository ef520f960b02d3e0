CREATE OR REPLACE TEMPORARY TABLE work_amounts
(Tx UInt64, Currencies Array(String), Amounts Array(Decimal(38, 9)))
ENGINE = Memory
