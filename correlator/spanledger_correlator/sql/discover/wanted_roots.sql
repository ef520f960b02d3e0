-- The roots under every id that they go by.
CREATE OR REPLACE TEMPORARY TABLE discover_wanted ENGINE = Memory AS
SELECT {root:String} AS Type, Id FROM discover_roots
UNION DISTINCT
SELECT Type, Id FROM discover_aliases
WHERE Type = {root:String} AND Known IN (SELECT Id FROM discover_roots)
