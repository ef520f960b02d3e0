CREATE OR REPLACE TEMPORARY TABLE work_calendar_offsets ENGINE = Memory AS
SELECT
    toString(Calendar) AS Calendar, toUnixTimestamp64Nano(Since) AS Since,
    toUnixTimestamp64Nano(LocalSince) AS LocalSince, OffsetSeconds * 1000000000 AS Offset
FROM calendar_offsets FINAL
WHERE (Calendar, Version) IN (SELECT Calendar, Version FROM work_calendars)
