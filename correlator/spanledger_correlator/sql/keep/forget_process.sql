-- Transactions of one process that an evaluation of all of them did not find again.
INSERT INTO $into (Tenant, Process, RootId, RootType, $version, Deleted)
SELECT Tenant, Process, RootId, RootType, {version:UInt64}, 1
FROM $into FINAL
WHERE Process = {process:String} AND $version <= {since:UInt64}
