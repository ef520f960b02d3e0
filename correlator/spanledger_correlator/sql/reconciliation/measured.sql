-- The spans of the steps that rules add up: one copy each, ids by the one they go by, amounts by entity where the span
-- splits them.
CREATE OR REPLACE TEMPORARY TABLE work_measured ENGINE = Memory AS
WITH
    (
        SELECT (groupArray(concat(Type, ':', Id)), groupArray(Canonical))
        FROM
        (
            SELECT toString(Type) AS Type, Id, argMax(CanonicalId, Version) AS Canonical
            FROM $canonical_ids AS c
            WHERE Tenant = {tenant:String} AND Type IN {types:Array(String)}
            GROUP BY Type, Id
            HAVING Canonical != Id
            UNION ALL
            SELECT '', '', ''
        )
    ) AS aliases
SELECT
    Step, System, Outcome, At, TraceId, SpanId, part.1 AS Entities, part.2 AS Amount, Currency, Quantity, Unit,
    RecordCount, IdempotencyKey, LegalEntity, Region, Singles
FROM
(
    SELECT
        toString(Step) AS Step, toString(System) AS System, TraceId, SpanId,
        multiIf(s.Outcome != '', toString(s.Outcome), StatusCode = 'Error', 'failure', 'success') AS Outcome,
        least(OccurredAt, StoredAt) AS At, Amount, toString(Currency) AS Currency, Quantity, toString(Unit) AS Unit,
        RecordCount, IdempotencyKey, toString(LegalEntity) AS LegalEntity, toString(Region) AS Region,
        splitByChar('.', toString(s.Step))[1] AS own,
        arrayFilter(
            entity -> entity.2 != '' AND NOT has({placeholders:Array(String)}, concat(entity.1, ':', entity.2)),
            arrayZip(arrayMap(type -> toString(type), EntityTypes), EntityIds)) AS named,
        arrayMap(
            entity -> (entity.1, transform(concat(entity.1, ':', entity.2), aliases.1, aliases.2, entity.2)),
            named) AS known,
        arrayFilter(
            share -> share.1 = own,
            arrayMap(
                (type, id, amount) -> (
                    toString(type), transform(concat(type, ':', id), aliases.1, aliases.2, id), toNullable(amount)),
                AllocationTypes, AllocationIds, AllocationAmounts)) AS shares,
        arraySort(arrayDistinct(arrayMap(entity -> entity.2, arrayFilter(entity -> entity.1 = own, known)))) AS owned,
        arrayMap(
            type -> if(
                length(arrayDistinct(arrayFilter(entity -> entity.1 = type, known)) AS single) = 1, single[1].2, ''),
            {types:Array(String)}) AS Singles,
        if(
            empty(shares), [(owned, Amount)],
            arrayMap(share -> ([share.2], share.3), shares)) AS parts
    FROM $spans AS s
    WHERE Tenant = {tenant:String}
        AND (s.Step IN {steps:Array(String)} OR splitByChar('.', toString(s.Step))[1] IN {prefixes:Array(String)})
        AND StoredAt >= {since:DateTime64(9, 'UTC')}
        AND Outcome IN ('success', 'compensated')
        AND (TraceId, SpanId, ContentHash) NOT IN
            (SELECT TraceId, SpanId, ContentHash FROM $superseded AS losers WHERE Tenant = {tenant:String})
    LIMIT 1 BY TraceId, SpanId
)
ARRAY JOIN parts AS part
