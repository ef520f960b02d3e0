-- The reached entities of these types, under every id that they go by.
CREATE OR REPLACE TEMPORARY TABLE discover_wanted ENGINE = Memory AS
SELECT Type, Id FROM discover_reach WHERE Type IN {types:Array(String)}
UNION DISTINCT
SELECT Type, Id FROM discover_aliases
WHERE Type IN {types:Array(String)} AND (Type, Known) IN (SELECT Type, Id FROM discover_reach)
