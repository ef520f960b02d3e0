-- The spans that name a wanted entity and are not there yet, those without a step for the links they make; of differing copies the one that counts. Once the
-- roots are in, a span that names one belongs to it alone.
INSERT INTO discover_spans
SELECT
    sipHash64(TraceId, SpanId), TraceId, SpanId, Step, System, least(OccurredAt, StoredAt),
    multiIf(Outcome != '', toString(Outcome), StatusCode = 'Error', 'failure', 'success'), Amount, Currency, Impact
FROM spans
WHERE Tenant = {tenant:String} AND (Step = '' OR match(Step, {step:String}))
    AND (TraceId, SpanId) IN
        (
            SELECT TraceId, SpanId
            FROM spans ARRAY JOIN EntityTypes AS kind, EntityIds AS id
            WHERE Tenant = {tenant:String} AND (kind, id) IN (SELECT Type, Id FROM discover_wanted)
                AND ({rooted:Bool} OR NOT has(EntityTypes, {root:String}))
        )
    AND (TraceId, SpanId) NOT IN (SELECT TraceId, SpanId FROM discover_spans)
ORDER BY addNanoseconds(Timestamp, Duration) DESC, ContentHash DESC
LIMIT 1 BY TraceId, SpanId
