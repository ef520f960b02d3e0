-- The spans that people took out of transactions, under the ids that their roots are known by.
CREATE OR REPLACE TEMPORARY TABLE work_detached ENGINE = Memory AS
SELECT DISTINCT
    toString(c.Tenant) AS Tenant, toString(c.Process) AS Process, toString(c.RootType) AS RootType,
    k.CanonicalId AS RootId, c.TraceId AS TraceId, c.SpanId AS SpanId
FROM (SELECT * FROM work_standing WHERE Kind = 'detach_span') AS c
INNER JOIN work_corrected_kin AS k ON k.Tenant = c.Tenant AND k.Type = c.RootType AND k.NamedId = c.RootId
