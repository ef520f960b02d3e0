-- The same the other way round.
CREATE OR REPLACE TEMPORARY TABLE $known_members (CanonicalNode UInt128, Nodes Array(UInt128), Ids Array(String))
ENGINE = Join(ANY, LEFT, CanonicalNode)
SETTINGS join_any_take_last_row = 1
