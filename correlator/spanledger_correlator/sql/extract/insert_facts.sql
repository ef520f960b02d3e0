-- A fact per step and named entity that some process stitches by; the transaction key counts as one more naming, told
-- apart by Via.
INSERT INTO facts (* EXCEPT (Node))
SELECT
    Tenant, entity.1, entity.2, entity.3,
    if(entity.3 = 'transaction', 1, Counts[indexOf(Types, entity.1)]),
    entity.3 = 'entity' AND has(SplitTypes, entity.1),
    entity.4,
    TraceId, SpanId, ContentHash, StoredAt, OccurredAt,
    step.2, step.1, KeyProcess, Types, Counts,
    System, Outcome, ErrorKind, ErrorCode, ErrorMessage, Amount, Currency, DueAt, IdempotencyKey,
    LegalEntity, Region, Impact, Singles,
    (TraceId, SpanId) IN (SELECT TraceId, SpanId FROM work_waiting)
FROM
(
    SELECT
        *, step,
        arrayConcat(
            arrayFilter(
                entity -> entity.1 IN {stitched:Array(String)},
                arrayMap(
                    (type, id, allocation) -> (toString(type), id, 'entity', allocation),
                    EntityTypes, EntityIds, EntityAllocations)),
            if(KeyProcess != '', [(KeyRoot, KeyId, 'transaction', NULL)], [])) AS entities
    FROM work_incoming
    ARRAY JOIN Steps AS step
)
ARRAY JOIN entities AS entity
