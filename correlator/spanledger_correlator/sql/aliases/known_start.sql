-- Which id an aliased entity goes by, in memory: asked for every entity that an evaluation meets.
CREATE OR REPLACE TEMPORARY TABLE $known_ids (Tenant String, Type String, Id String, CanonicalId String)
ENGINE = Join(ANY, LEFT, Tenant, Type, Id)
SETTINGS join_any_take_last_row = 1
