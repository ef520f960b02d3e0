INSERT INTO work_relinked
SELECT DISTINCT Tenant, name.1, name.2
FROM
(
    SELECT
        toString(Tenant) AS Tenant,
        arrayJoin([(toString(Type), EntityId), (toString(OtherType), OtherId)]) AS name
    FROM work_newly_corrected
)
WHERE name.1 IN (SELECT Type FROM work_rule_types WHERE Rank > 0)
