-- The entities that they name.
CREATE OR REPLACE TEMPORARY TABLE work_corrected_names ENGINE = Memory AS
SELECT DISTINCT Tenant, name.1 AS Type, name.2 AS Id
FROM
(
    SELECT
        toString(Tenant) AS Tenant,
        arrayJoin([
            (toString(Type), EntityId), (toString(OtherType), OtherId), (toString(RootType), RootId)]) AS name
    FROM work_standing
)
WHERE name.1 != ''
