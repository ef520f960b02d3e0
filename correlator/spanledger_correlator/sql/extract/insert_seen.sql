INSERT INTO seen_spans SELECT DISTINCT sipHash64(Tenant, TraceId, SpanId) FROM work_incoming
