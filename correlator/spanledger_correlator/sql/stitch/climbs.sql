-- How many of the spans without a root of their own have a parent.
SELECT count() FROM work_trace_spans
WHERE ParentSpanId != '' AND (Tenant, TraceId, SpanId) IN (SELECT Tenant, TraceId, SpanId FROM work_open_ends)
