-- Which transactions have spans in traces with spans that rule 4 places, or cannot place.
INSERT INTO contested_traces
SELECT DISTINCT s.Tenant, s.Type, s.Id, a.TraceId
FROM work_trace_attached AS a
INNER JOIN work_trace_scope AS s ON s.Root = bitShiftRight(a.Tx, 16)
