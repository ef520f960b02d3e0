-- The new spans that may have another copy: they came before, or come twice now and differ.
CREATE OR REPLACE TEMPORARY TABLE work_suspects ENGINE = Memory AS
SELECT DISTINCT Tenant, TraceId, SpanId FROM work_incoming
WHERE sipHash64(Tenant, TraceId, SpanId) IN
    (
        SELECT Identity FROM seen_spans
        WHERE Identity IN (SELECT sipHash64(Tenant, TraceId, SpanId) FROM work_incoming)
        UNION ALL
        SELECT sipHash64(Tenant, TraceId, SpanId) AS Identity FROM work_incoming
        GROUP BY Identity HAVING min(ContentHash) < max(ContentHash)
    )
