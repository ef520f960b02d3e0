SELECT c.* REPLACE ('$public' AS database)
FROM system.columns AS c
WHERE c.database = '$own' AND NOT startsWith(c.table, 'system_')
