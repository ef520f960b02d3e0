-- When each budget is used up (Portion 100000) and at risk, after the pauses. A budget is measured in working time where
-- it counts that, and in time as it elapses else; a pause that begins before it is used up moves the rest of it.
CREATE OR REPLACE TEMPORARY TABLE work_marks ENGINE = Memory AS
WITH
    moments AS
    (
        SELECT
            d.Tx AS Tx, d.Position AS Position, d.Calendar AS Calendar, d.Working AS Working, d.Share AS Share,
            d.Anchor AS Anchor, d.Due AS Due,
            arrayConcat(
                [d.Anchor, d.Due],
                arrayMap(moment -> greatest(moment, d.Anchor), arrayConcat(p.Froms, p.Untils))) AS all_moments
        FROM work_dues AS d
        ANY LEFT JOIN work_pauses AS p ON p.Tx = d.Tx
    ),
    points AS
    (
        SELECT Tx, Position, Calendar, Working, Share, Anchor, Due, moment AS Moment, number AS Number
        FROM moments
        ARRAY JOIN all_moments AS moment, arrayEnumerate(all_moments) AS number
    ),
    measured AS
    (
        SELECT
            p.Tx AS Tx, p.Position AS Position, any(p.Calendar) AS Calendar, any(p.Working) AS Working,
            any(p.Share) AS Share, any(p.Anchor) AS Anchor, any(p.Due) AS Due,
            arrayMap(
                one -> one.2,
                arraySort(groupArray((
                    p.Number,
                    multiIf(
                        NOT p.Working, p.Moment,
                        d.Calendar = '', 0,
                        d.WorkedBefore + least(p.Moment - d.Opens, d.Closes - d.Opens)),
                    p.Moment))) AS sorted) AS Measures,
            arrayMap(one -> one.3, sorted) AS Moments
        FROM points AS p
        ASOF LEFT JOIN work_calendar_days AS d ON d.Calendar = p.Calendar AND p.Moment >= d.Opens
        GROUP BY Tx, Position
    ),
    paused AS
    (
        SELECT
            Tx, Position, Calendar, Working, Share, Anchor, Due,
            Measures[1] AS begin, Measures[2] AS end,
            intDiv(length(Measures) - 2, 2) AS count,
            arraySlice(Measures, 3, count) AS froms, arraySlice(Measures, 3 + count) AS untils,
            arraySlice(Moments, 3, count) AS from_moments,
            arrayMap((from, until) -> until - from, froms, untils) AS lengths,
            -- How much of the budget is used when each pause begins.
            arrayMap((from, length, total) -> from - (total - length), froms, lengths, arrayCumSum(lengths)) AS used
        FROM measured
    ),
    targets AS
    (
        SELECT
            Tx, Position, Calendar, Working, Anchor, Due, portion AS Portion,
            begin + toInt64(intDiv(toInt128(end - begin) * portion, 100000)) AS mark,
            arraySum(arrayMap(
                (at, length, moment) -> if(
                    at < mark OR (portion = 100000 AND at = mark AND moment < Due), length, 0),
                used, lengths, from_moments)) AS shift,
            mark + shift AS Target
        FROM paused
        ARRAY JOIN [100000, Share] AS portion
    )
SELECT
    t.Tx AS Tx, t.Position AS Position, t.Portion AS Portion,
    multiIf(
        NOT t.Working, t.Target,
        t.Portion = 100000 AND t.shift = 0, t.Due,
        d.Calendar = '', t.Anchor,
        greatest(t.Anchor, d.Opens + t.Target - d.WorkedBefore)) AS Moment
FROM targets AS t
ASOF LEFT JOIN work_calendar_days AS d ON d.Calendar = t.Calendar AND t.Target > d.WorkedBefore
