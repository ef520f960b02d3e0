SELECT TraceId, min(Start) AS Start, max(End) AS End FROM $store.spans_trace_id_ts WHERE Tenant = $tenant GROUP BY TraceId
