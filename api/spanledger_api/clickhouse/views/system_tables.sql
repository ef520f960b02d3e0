SELECT '$public' AS database, t.name AS name, 'View' AS engine, t.comment AS comment, toNullable(toUInt64(0)) AS total_rows
FROM system.tables AS t
WHERE t.database = '$own' AND NOT startsWith(t.name, 'system_')
