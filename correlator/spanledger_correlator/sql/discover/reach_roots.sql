-- The entities of these types that stand beside a root lead to it.
INSERT INTO discover_reach
SELECT DISTINCT Type, Id, NearId FROM discover_links
WHERE Near = {root:String} AND Type IN {types:Array(String)} AND NearId IN (SELECT Id FROM discover_roots)
