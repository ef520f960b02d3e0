-- The transactions that have a span, by their numbers: the root's above, the process's in the lowest 16 bits.
CREATE OR REPLACE TEMPORARY TABLE work_transactions ENGINE = Memory AS
SELECT t.Tx AS Tx, s.Tenant AS Tenant, r.No AS No, r.Process AS Process, s.Type AS RootType, s.Id AS RootId
FROM (SELECT DISTINCT Tx FROM work_attached) AS t
ANY LEFT JOIN work_scope AS s ON s.Root = bitShiftRight(t.Tx, 16)
ANY LEFT JOIN (SELECT No, toString(Process) AS Process FROM work_rules) AS r ON r.No = bitAnd(t.Tx, 65535)
