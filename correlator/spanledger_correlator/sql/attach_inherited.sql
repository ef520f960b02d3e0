INSERT INTO work_attached
SELECT
    toString(f.Tenant), i.Process, toString(f.RootType), i.RootId,
    4, 'trace', f.TraceId, if(i.CarrierSpanId = '', '', f.TraceId), i.CarrierSpanId,
    if(i.Fan = 1, f.Amount, NULL), s.Kind, s.Position, $step_columns
FROM work_candidates AS f
INNER JOIN
(
    SELECT *, count() OVER (PARTITION BY Tenant, Process, TraceId, SpanId) AS Fan FROM work_inherited
) AS i ON i.Tenant = f.Tenant AND i.Process = f.Process AND i.TraceId = f.TraceId AND i.SpanId = f.SpanId
INNER JOIN work_rule_steps AS s ON s.Process = i.Process AND s.Step = f.Step
WHERE (f.Tenant, f.RootType, i.RootId) IN (SELECT Tenant, Type, Id FROM work_scope)
