-- Entities whose set of ids, or whose canonical id, the new spans may change.
CREATE OR REPLACE TEMPORARY TABLE work_component ENGINE = Memory AS
WITH
    named AS
    (
        SELECT DISTINCT Tenant, toString(Type) AS Type, Id FROM work_incoming ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
        UNION DISTINCT
        SELECT DISTINCT Tenant, toString(Type) AS Type, Id FROM work_superseded ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
    )
SELECT DISTINCT Tenant, toString(Type) AS Type, Id
FROM canonical_members
WHERE (Tenant, Type, CanonicalId) IN
    (SELECT Tenant, Type, CanonicalId FROM canonical_ids WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM named))
UNION DISTINCT
SELECT Tenant, edge.1 AS Type, edge.2 AS Id
FROM work_incoming
ARRAY JOIN arrayConcat(
    arrayMap((type, id) -> (toString(type), id), AliasTypes, AliasIds),
    arrayMap(type -> (toString(type), Singles[type]), AliasTypes)) AS edge
WHERE edge.2 != ''
