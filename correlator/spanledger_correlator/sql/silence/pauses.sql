-- One source's pauses that may be too long, each with the moment of the next report; the last pause has none.
WITH
    toRelativeDayNum(Quiet, {zone:String})
        + (toHour(Quiet, {zone:String}) * 60 + toMinute(Quiet, {zone:String}) >= {due_by:Int32}) AS quiet_round,
    toRelativeDayNum(next, {zone:String})
        + (toHour(next, {zone:String}) * 60 + toMinute(next, {zone:String}) >= {due_by:Int32}) AS next_round
SELECT Quiet, Reported, FirstSeen, assumeNotNull(Reported) AS next
FROM
(
    SELECT
        LastOfMinute AS Quiet,
        leadInFrame(toNullable(FirstOfMinute)) OVER
            (ORDER BY Minute ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS Reported,
        min(FirstOfMinute) OVER () AS FirstSeen
    FROM
    (
        SELECT Minute, min(FirstAt) AS FirstOfMinute, max(LastAt) AS LastOfMinute
        FROM work_reports
        WHERE $matched
        GROUP BY Minute
    )
)
WHERE Reported IS NULL
    OR if({every:Int64} > 0, dateDiff('microsecond', Quiet, next) > {every:Int64}, quiet_round != next_round)
ORDER BY Quiet
