INSERT INTO work_relinked
SELECT DISTINCT toString(Tenant), toString(name.1), name.2
FROM work_newly_corrected
ARRAY JOIN [(Type, EntityId), (OtherType, OtherId)] AS name
WHERE name.1 IN (SELECT Type FROM work_rule_types WHERE Rank > 0)
