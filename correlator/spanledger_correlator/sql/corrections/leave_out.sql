CREATE OR REPLACE TEMPORARY TABLE $attached ENGINE = Memory AS
SELECT * FROM $attached
WHERE (Tx, TraceId, SpanId) NOT IN
    (
        SELECT bitShiftLeft(s.Root, 16) + r.No AS Tx, d.TraceId AS TraceId, d.SpanId AS SpanId
        FROM work_detached AS d
        INNER JOIN $scope AS s ON s.Tenant = d.Tenant AND s.Type = d.RootType AND s.Id = d.RootId
        INNER JOIN (SELECT toString(Process) AS Process, No FROM work_rules) AS r ON r.Process = d.Process
    )
