SELECT 0 AS dummy
