INSERT INTO transactions ($columns, Version, Deleted)
SELECT $columns, {version:UInt64}, 0 FROM work_states
