-- Which budget counts for which step of which transaction, from which moment on (unix nanoseconds), and the due date
-- that a span has stated, if one has: the first budget whose conditions hold.
CREATE OR REPLACE TEMPORARY TABLE work_anchors ENGINE = Memory AS
WITH
    started AS
    (
        SELECT Tx, min(Happened) AS StartedAt
        FROM work_attached
        WHERE bitAnd(Tx, 65535) IN (SELECT No FROM work_budgets WHERE Position = 0)
        GROUP BY Tx
    )
SELECT
    p.Tx AS Tx, b.Position AS Position, b.Calendar AS Calendar, b.ElapsedNs AS ElapsedNs, b.Days AS Days,
    b.Months AS Months, b.BusinessDays AS BusinessDays, b.BusinessNs AS BusinessNs, b.After AS After, b.Share AS Share,
    if(b.DueFrom = 0, NULL, p.DueAt[b.DueFrom]) AS stated,
    if(
        b.Position = 0,
        coalesce(
            arrayMin(arrayFilter(
                time -> time IS NOT NULL, arrayMap((start, time) -> if(start, time, NULL), b.Starts, p.FirstSuccess))),
            s.StartedAt),
        coalesce(
            if(b.Anchor = 0, NULL, p.FirstSuccess[b.Anchor]),
            if(stated IS NULL, NULL, p.FirstSuccess[b.DueFrom]))) AS anchor,
    toUnixTimestamp64Nano(assumeNotNull(anchor)) AS Anchor,
    if(stated IS NULL, NULL, toUnixTimestamp64Nano(assumeNotNull(stated))) AS Stated
FROM work_progress AS p
INNER JOIN work_budgets AS b ON b.No = bitAnd(p.Tx, 65535)
ANY LEFT JOIN work_known AS k ON k.Tx = p.Tx
ANY LEFT JOIN started AS s ON s.Tx = p.Tx
WHERE anchor IS NOT NULL AND arrayAll((key, value) -> k.Known[key] = value, b.Keys, b.Values)
ORDER BY b.Rank
LIMIT 1 BY Tx, Position
