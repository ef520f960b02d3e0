-- Roots that have turned out to be heavy.
INSERT INTO heavy_roots
SELECT Tenant, Type, Id FROM work_scope
WHERE Root IN
    (SELECT bitShiftRight(Tx, 16) FROM work_attached GROUP BY bitShiftRight(Tx, 16) HAVING count() > {heavy:UInt64})
