-- Working days in unix nanoseconds; Day is the local midnight as if it were one of UTC.
CREATE OR REPLACE TEMPORARY TABLE work_calendar_days ENGINE = Memory AS
SELECT
    toString(Calendar) AS Calendar, toInt64(Number) AS Number, toInt64(toInt32(Day)) * 86400000000000 AS Day,
    toUnixTimestamp64Nano(OpensAt) AS Opens, toUnixTimestamp64Nano(ClosesAt) AS Closes, WorkedBefore
FROM calendar_days FINAL
WHERE (Calendar, Version) IN (SELECT Calendar, Version FROM work_calendars)
