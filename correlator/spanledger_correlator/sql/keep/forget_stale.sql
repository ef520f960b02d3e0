-- What a complete evaluation did not find again.
INSERT INTO $into (Tenant, Process, RootId, RootType, $version, Deleted)
SELECT Tenant, Process, RootId, RootType, {version:UInt64}, 1
FROM $into FINAL
WHERE $version < {version:UInt64}
