-- What new corrections are about: the ends of their links, and the roots of their transactions.
INSERT INTO work_touched_more
SELECT DISTINCT Tenant, name.1, name.2
FROM
(
    SELECT
        toString(Tenant) AS Tenant,
        arrayJoin([
            (toString(Type), EntityId), (toString(OtherType), OtherId), (toString(RootType), RootId)]) AS name
    FROM work_newly_corrected
)
WHERE name.1 != ''
