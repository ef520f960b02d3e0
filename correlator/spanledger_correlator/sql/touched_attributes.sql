-- Roots of the transactions for which a new attribute of an entity around them changes what is known.
INSERT INTO work_touched_more
WITH
    news AS
    (
        SELECT DISTINCT Tenant, fact.1 AS Type, Singles[fact.1] AS Id, fact.2 AS Key
        FROM work_incoming
        ARRAY JOIN arrayZip(AttributeTypes, AttributeKeys, AttributeValues) AS fact
        WHERE Singles[fact.1] != ''
    ),
    changed AS
    (
        SELECT Tenant, toString(Type) AS Type, Id
        FROM entity_attributes
        WHERE (Tenant, Type, Id, Key) IN (SELECT Tenant, Type, Id, Key FROM news)
        GROUP BY Tenant, Type, Id, Key
        HAVING argMax(Value, (least(OccurredAt, StoredAt), TraceId, SpanId))
            != argMaxIf(
                Value, (least(OccurredAt, StoredAt), TraceId, SpanId),
                (TraceId, SpanId) NOT IN (SELECT TraceId, SpanId FROM work_incoming WHERE notEmpty(AttributeTypes)))
    ),
    names AS
    (
        SELECT Tenant, Type, Id FROM changed
        UNION DISTINCT
        SELECT m.Tenant AS Tenant, toString(m.Type) AS Type, m.Id AS Id
        FROM canonical_ids AS m
        WHERE (m.Tenant, m.Type, m.CanonicalId) IN
        (
            SELECT Tenant, Type, CanonicalId FROM canonical_ids
            WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM changed)
        )
    )
SELECT DISTINCT Tenant, RootType, RootId
FROM transactions
ARRAY JOIN arrayConcat(Subjects, Related) AS subject
WHERE (Tenant, subject.1, subject.2) IN (SELECT Tenant, Type, Id FROM names)
