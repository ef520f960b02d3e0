-- The same the other way round.
CREATE OR REPLACE TEMPORARY TABLE $known_members (Tenant String, Type String, CanonicalId String, Ids Array(String))
ENGINE = Join(ANY, LEFT, Tenant, Type, CanonicalId)
SETTINGS join_any_take_last_row = 1
