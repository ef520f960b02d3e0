-- An end for those of them that are kept.
INSERT INTO $into (Tenant, Process, RootId, RootType, $version, Deleted)
SELECT Tenant, Process, RootId, RootType, {version:UInt64}, 1
FROM $into FINAL
WHERE (Tenant, Process, RootId) IN (SELECT Tenant, Process, RootId FROM work_gone)
