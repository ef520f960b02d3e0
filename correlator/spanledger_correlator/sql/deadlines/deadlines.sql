-- The deadlines of each transaction: of its steps, and of the whole.
CREATE OR REPLACE TEMPORARY TABLE work_deadlines ENGINE = Memory AS
SELECT
    Tx,
    groupArrayIf(Position, Position > 0 AND Portion = 100000) AS Positions,
    groupArrayIf(fromUnixTimestamp64Nano(Moment, 'UTC'), Position > 0 AND Portion = 100000) AS Deadlines,
    maxOrNullIf(fromUnixTimestamp64Nano(Moment, 'UTC'), Position = 0 AND Portion = 100000) AS SlaDueAt,
    minOrNullIf(fromUnixTimestamp64Nano(Moment, 'UTC'), Position = 0) AS SlaAtRiskAt
FROM work_marks
GROUP BY Tx
