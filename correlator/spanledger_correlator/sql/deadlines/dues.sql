-- When each budget is used up, were there no pauses, in unix nanoseconds. Local times are written as if they were UTC.
-- What a calendar has no row for (it speaks of some years only) counts every day and hour.
CREATE OR REPLACE TEMPORARY TABLE work_dues ENGINE = Memory AS
WITH
    86400000000000 AS day,
    begun AS
    (
        -- The local time from which on it counts: of the anchor, or the end of the period that the anchor is in.
        SELECT
            a.*,
            a.Anchor + if(o.Calendar = '', 0, o.Offset) AS local,
            toDate32(fromUnixTimestamp64Nano(local, 'UTC')) AS date,
            toYear(date) * 12 + toMonth(date) - 1 AS month,
            (intDiv(month, greatest(a.After, 1)) + 1) * a.After AS next,
            if(
                a.After = 0, local,
                toInt64(toInt32(makeDate32(intDiv(next, 12), next % 12 + 1, 1))) * day) AS Begin
        FROM work_anchors AS a
        ASOF LEFT JOIN work_calendar_offsets AS o ON o.Calendar = a.Calendar AND a.Anchor >= o.Since
        WHERE a.Stated IS NULL
    ),
    -- Working days begin after the day of the anchor; behind a period, after the last day of it.
    placed AS
    (
        SELECT
            b.*,
            b.Begin - positiveModulo(b.Begin, day) AS midnight,
            d.Calendar != '' AS known, d.Day AS last_day, d.Number + b.BusinessDays AS number
        FROM
        (
            SELECT *, if(After = 0, Begin, Begin - 1) AS on_day FROM begun
        ) AS b
        ASOF LEFT JOIN work_calendar_days AS d ON d.Calendar = b.Calendar AND b.on_day >= d.Day
    ),
    counted AS
    (
        SELECT
            p.*,
            multiIf(
                p.BusinessDays = 0,
                toUnixTimestamp64Nano(addMonths(fromUnixTimestamp64Nano(p.Begin, 'UTC'), p.Months)) + p.Days * day,
                NOT p.known OR d.Calendar = '', p.Begin + p.BusinessDays * day,
                p.After = 0 AND p.last_day = p.midnight, d.Day + p.Begin - p.midnight,
                d.Day + day) AS LocalDue,
            p.BusinessDays > 0 AND p.known AND d.Calendar != '' AS by_days
        FROM placed AS p
        ANY LEFT JOIN work_calendar_days AS d ON d.Calendar = p.Calendar AND d.Number = p.number
    ),
    moments AS
    (
        SELECT
            c.*,
            if(
                c.BusinessDays = 0 AND c.Days = 0 AND c.Months = 0 AND c.After = 0, c.Anchor,
                c.LocalDue - if(o.Calendar = '', 0, o.Offset)) + c.ElapsedNs AS Moment
        FROM counted AS c
        ASOF LEFT JOIN work_calendar_offsets AS o ON o.Calendar = c.Calendar AND c.LocalDue >= o.LocalSince
    ),
    targeted AS
    (
        SELECT
            m.*, d.Calendar != '' AS opened,
            d.WorkedBefore + least(m.Moment - d.Opens, d.Closes - d.Opens) + m.BusinessNs AS worked
        FROM moments AS m
        ASOF LEFT JOIN work_calendar_days AS d ON d.Calendar = m.Calendar AND m.Moment >= d.Opens
    )
SELECT
    t.Tx AS Tx, t.Position AS Position, t.Calendar AS Calendar, t.Anchor AS Anchor, t.Share AS Share,
    d.Opens + t.worked - d.WorkedBefore AS by_hours,
    t.BusinessNs > 0 AND t.opened AND d.Calendar != '' AND by_hours <= d.Closes AS is_by_hours,
    multiIf(t.BusinessNs = 0, t.Moment, is_by_hours, by_hours, t.Moment + t.BusinessNs) AS Due,
    t.by_days OR is_by_hours AS Working
FROM targeted AS t
ASOF LEFT JOIN work_calendar_days AS d ON d.Calendar = t.Calendar AND t.worked > d.WorkedBefore

UNION ALL

SELECT
    Tx, Position, Calendar, Anchor, Share, 0 AS by_hours, 0 AS is_by_hours, assumeNotNull(Stated) AS Due, 0 AS Working
FROM work_anchors
WHERE Stated IS NOT NULL
