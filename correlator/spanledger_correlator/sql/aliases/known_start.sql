-- Which id an aliased entity goes by, in memory: asked for every entity that an evaluation meets.
CREATE OR REPLACE TEMPORARY TABLE $known_ids (Node UInt128, CanonicalNode UInt128, CanonicalId String)
ENGINE = Join(ANY, LEFT, Node)
SETTINGS join_any_take_last_row = 1
