INSERT INTO work_trace_attached SELECT Tx, Tenant, TraceId, SpanId FROM work_more_attached
