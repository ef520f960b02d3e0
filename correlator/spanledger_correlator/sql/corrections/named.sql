-- The entities that they name.
CREATE OR REPLACE TEMPORARY TABLE work_corrected_names ENGINE = Memory AS
SELECT DISTINCT toString(Tenant) AS Tenant, toString(name.1) AS Type, name.2 AS Id
FROM work_standing
ARRAY JOIN [(Type, EntityId), (OtherType, OtherId), (RootType, RootId)] AS name
WHERE name.1 != ''
