INSERT INTO deferred_roots SELECT Tenant, Type, Id, {version:UInt64}, 0 FROM work_deferred
