-- The entities of one period and key that stand on one side only, or with another value on the other. When an entity
-- stands on a side at all is told for every period: "posted, but in November".
SELECT
    Entity AS entity, Unit AS unit, Lefts AS left, Rights AS right,
    if(LeftSpans = 0, NULL, LeftAt) AS left_at, if(RightSpans = 0, NULL, RightAt) AS right_at
FROM
(
    SELECT
        Entity, Unit, $left AS Lefts, $right AS Rights,
        countIf(Side = 'left') AS LeftSpans, countIf(Side = 'right') AS RightSpans,
        maxIf(At, Side = 'left') AS LeftAt, maxIf(At, Side = 'right') AS RightAt
    FROM
    (
        SELECT *, Period = {period:String} AND Keys = {chosen:Array(String)} AS Here, if(Here, Side, '') AS HereSide
        FROM work_sides
    )
    GROUP BY Entity, Unit
    HAVING countIf(Here) > 0
)
WHERE Lefts != Rights
ORDER BY entity, unit
LIMIT {limit:UInt64}
