-- Those of them whose newest values are others than before, under every id they go by. A value that a new span stated
-- and another new span outdated counts as a change too: an attempt that died in between may have kept it.
CREATE OR REPLACE TEMPORARY TABLE work_changed ENGINE = Memory AS
WITH
    values AS
    (
        SELECT
            k.Tenant AS Tenant, k.Type AS Type, k.CanonicalId AS CanonicalId, a.Key AS Key, a.Value AS Value,
            (least(a.OccurredAt, a.StoredAt), a.TraceId, a.SpanId) AS Age,
            (a.Tenant, a.TraceId, a.SpanId, a.StoredAt) IN
                (SELECT Tenant, TraceId, SpanId, StoredAt FROM work_incoming WHERE notEmpty(AttributeKeys)) AS New
        FROM
        (
            SELECT * FROM entity_attributes
            WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_news_kin)
                AND (Type, Key) IN (SELECT arrayJoin({told:Array(Tuple(String, String))}))
                AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                    (SELECT Tenant, TraceId, SpanId, ContentHash FROM superseded_copies)
            ORDER BY StoredAt
            LIMIT 1 BY Tenant, Type, Id, Key, TraceId, SpanId
        ) AS a
        INNER JOIN work_news_kin AS k ON k.Tenant = a.Tenant AND k.Type = a.Type AND k.Id = a.Id
    ),
    changed AS
    (
        SELECT Tenant, Type, CanonicalId
        FROM values
        GROUP BY Tenant, Type, CanonicalId, Key
        HAVING countIf(New) > 0 AND (
            argMax(Value, Age) != argMaxIf(Value, Age, NOT New)
            OR argMax(Value, Age) != minIf(Value, New) OR argMax(Value, Age) != maxIf(Value, New)
            -- Where systems must agree, it also counts who said what when, unless all always said the same.
            OR ((Type, Key) IN {agreed:Array(Tuple(String, String))} AND uniqExact(Value) > 1))
        UNION DISTINCT
        SELECT Tenant, Type, CanonicalId
        FROM work_news_kin
        WHERE (Tenant, Type, NamedId) IN (SELECT Tenant, Type, Id FROM work_news WHERE Surely)
    )
SELECT DISTINCT Tenant, Type, Id
FROM work_news_kin
WHERE (Tenant, Type, CanonicalId) IN (SELECT Tenant, Type, CanonicalId FROM changed)
