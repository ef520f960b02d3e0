-- Roots that claim them.
INSERT INTO work_touched_more
SELECT DISTINCT Tenant, OtherType, OtherId
FROM claims
WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_reclaimed_kin)
