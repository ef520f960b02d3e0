-- What one rule adds up: a row per side and part, or per side and entity where entities are counted.
CREATE OR REPLACE TEMPORARY TABLE work_sides ENGINE = Memory AS
WITH
    parts AS
    (
        SELECT *, 'left' AS Side, {left_measure:String} AS Measure
        FROM work_standing WHERE Step = {left:String}
        UNION ALL
        SELECT *, 'right' AS Side, {right_measure:String} AS Measure
        FROM work_standing WHERE Step = {right:String}
    ),
    beginnings AS
    (
        SELECT p.Part AS Part, toNullable(min(l.LeftAt)) AS LeftAt
        FROM (SELECT Part, Entity FROM parts ARRAY JOIN Entities AS Entity WHERE Side = 'right') AS p
        INNER JOIN
        (
            SELECT Entity, min(At) AS LeftAt FROM parts ARRAY JOIN Entities AS Entity WHERE Side = 'left' GROUP BY Entity
        ) AS l ON l.Entity = p.Entity
        WHERE {period_of:String} = 'left'
        GROUP BY Part
    )
SELECT
    Side,
    formatDateTime(ifNull(b.LeftAt, p.At), {format:String}, {zone:String}) AS Period,
    arrayMap(
        key -> multiIf(
            key = 'legal_entity', LegalEntity,
            key = 'region', Region,
            Singles[indexOf({types:Array(String)}, key)]),
        {keys:Array(String)}) AS Keys,
    multiIf(Measure = 'amount', Currency, Measure = 'quantity', Unit, '') AS Unit,
    Entity,
    assumeNotNull(multiIf(
        Measure = 'amount', p.Amount,
        Measure = 'quantity', p.Quantity,
        Measure = 'record_count', toDecimal128(RecordCount, 9),
        toDecimal128(1, 9))) AS Value,
    p.At AS At, TraceId, SpanId
FROM parts AS p
LEFT JOIN beginnings AS b ON b.Part = p.Part
ARRAY JOIN multiIf(
    empty(Entities), [''],
    Measure = 'count', Entities,
    [arrayStringConcat(Entities, ', ')]) AS Entity
WHERE multiIf(Measure = 'amount', p.Amount IS NOT NULL, Measure = 'quantity', p.Quantity IS NOT NULL, 1)
