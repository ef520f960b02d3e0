-- Entities of which the new spans may say something new: by an attribute, by another alias, or (Surely) by a copy that
-- counts no more.
CREATE OR REPLACE TEMPORARY TABLE work_news ENGINE = Memory AS
SELECT DISTINCT Tenant, toString(type) AS Type, Singles[type] AS Id, false AS Surely
FROM work_incoming
ARRAY JOIN AttributeTypes AS type, AttributeKeys AS key
WHERE mapContains(Singles, type) AND (type, key) IN (SELECT arrayJoin({told:Array(Tuple(String, String))}))
UNION DISTINCT
SELECT DISTINCT Tenant, toString(Type) AS Type, Id, true AS Surely
FROM work_superseded
ARRAY JOIN EntityTypes AS Type, EntityIds AS Id
UNION DISTINCT
SELECT Tenant, Type, Id, true AS Surely
FROM work_renamed
