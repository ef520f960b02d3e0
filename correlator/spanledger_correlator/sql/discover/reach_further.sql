-- Those that stand beside an entity nearer the root lead to its roots.
INSERT INTO discover_reach
SELECT DISTINCT l.Type, l.Id, r.Root
FROM (SELECT * FROM discover_links WHERE Type IN {types:Array(String)} AND Near IN {nearer:Array(String)}) AS l
INNER JOIN discover_reach AS r ON r.Type = l.Near AND r.Id = l.NearId
