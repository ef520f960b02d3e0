-- Rule 4's attachments join those of rules 1 to 3.
INSERT INTO work_attached
SELECT
    i.Tx AS Tx, toString(f.Tenant) AS Tenant,
    4 AS Rule, 'trace' AS KeyType, f.TraceId AS KeyId,
    if(i.CarrierSpanId = '', '', concat(f.TraceId, i.CarrierSpanId)) AS Carrier,
    if(i.Fan = 1, f.Amount, NULL) AS Share,
    $step_columns
FROM work_candidates AS f
INNER JOIN
(
    SELECT *, bitAnd(Tx, 65535) AS No, count() OVER (PARTITION BY Tenant, No, TraceId, SpanId) AS Fan
    FROM work_inherited
) AS i ON i.Tenant = f.Tenant AND i.No = f.No AND i.TraceId = f.TraceId AND i.SpanId = f.SpanId
INNER JOIN work_rule_steps AS s ON s.No = i.No AND s.Step = f.Step
WHERE bitShiftRight(i.Tx, 16) IN (SELECT Root FROM work_scope)
