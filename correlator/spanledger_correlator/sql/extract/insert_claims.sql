-- A success of a step with one_per claims each entity of that type for each root that the span or its key names.
INSERT INTO claims
SELECT
    Tenant, pair.1, pair.2, pair.3, pair.4, Process, Step, TraceId, SpanId, ContentHash, StoredAt, OccurredAt
FROM
(
    SELECT
        i.Tenant AS Tenant, w.Process AS Process, w.Step AS Step,
        i.TraceId AS TraceId, i.SpanId AS SpanId, i.ContentHash AS ContentHash,
        i.StoredAt AS StoredAt, i.OccurredAt AS OccurredAt,
        arrayFilter((id, type) -> type = w.Type, i.EntityIds, i.EntityTypes) AS claimed,
        if(
            has(i.Types, w.RootType),
            arrayFilter((id, type) -> type = w.RootType, i.EntityIds, i.EntityTypes),
            if(i.KeyProcess = w.Process, [i.KeyId], [])) AS roots,
        arrayFlatten(arrayMap(
            root -> arrayMap(one -> (w.Type, one, w.RootType, root), claimed), roots)) AS pairs
    FROM
    (
        SELECT *, step.1 AS OnlyProcess, step.2 AS StepName
        FROM work_incoming ARRAY JOIN Steps AS step
        WHERE Outcome = 'success'
    ) AS i
    INNER JOIN work_one_per_steps AS w ON w.Step = i.StepName
    WHERE i.OnlyProcess = '' OR i.OnlyProcess = w.Process
)
ARRAY JOIN arrayConcat(pairs, arrayMap(pair -> (pair.3, pair.4, pair.1, pair.2), pairs)) AS pair
