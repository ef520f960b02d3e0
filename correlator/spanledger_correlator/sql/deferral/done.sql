-- They have been judged as they were at {version}; what has deferred them again since is newer.
INSERT INTO deferred_roots SELECT Tenant, Type, Id, {version:UInt64}, 1 FROM work_touched
