-- The version of each calendar that counts.
CREATE OR REPLACE TEMPORARY TABLE work_calendars ENGINE = Memory AS
SELECT toString(Calendar) AS Calendar, argMax(Version, RecordedAt) AS Version
FROM $calendar_records AS calendar_records
WHERE Calendar IN (SELECT Calendar FROM work_budgets)
GROUP BY Calendar
