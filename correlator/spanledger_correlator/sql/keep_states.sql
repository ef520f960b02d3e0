INSERT INTO $into ($columns)
SELECT $columns FROM (SELECT *, {version:UInt64} AS Version, toUInt8($gone) AS Deleted FROM work_states)
