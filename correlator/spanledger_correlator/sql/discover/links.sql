-- What stands beside the entities of one type.
INSERT INTO discover_links
SELECT DISTINCT near.Type, near.Id, other.Type, other.Id
FROM (SELECT * FROM discover_names WHERE Type = {near:String} AND Siblings = 1) AS near
INNER JOIN discover_names AS other ON other.Key = near.Key
WHERE other.Type != {near:String}
UNION DISTINCT
SELECT DISTINCT near.Type, near.Id, other.Type, other.Id
FROM (SELECT * FROM discover_names WHERE Type = {near:String} AND Siblings > 1) AS near
INNER JOIN (SELECT * FROM discover_names WHERE Siblings = 1) AS other ON other.Key = near.Key
WHERE other.Type != {near:String}
