-- Which spans belong to which roots: to each that they name, else to each that a joined entity on them leads to.
CREATE OR REPLACE TEMPORARY TABLE discover_attached ENGINE = Memory AS
WITH rooted AS (SELECT Key FROM discover_names WHERE Type = {root:String})
SELECT Id AS Root, Key FROM discover_names
WHERE Type = {root:String} AND Id IN (SELECT Id FROM discover_roots)
UNION DISTINCT
SELECT r.Root AS Root, n.Key AS Key
FROM (SELECT * FROM discover_names WHERE Key NOT IN (SELECT Key FROM rooted)) AS n
INNER JOIN discover_reach AS r ON r.Type = n.Type AND r.Id = n.Id
