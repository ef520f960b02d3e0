-- What new corrections are about: the ends of their links, and the roots of their transactions.
INSERT INTO work_touched_more
SELECT DISTINCT toString(Tenant), toString(name.1), name.2
FROM work_newly_corrected
ARRAY JOIN [(Type, EntityId), (OtherType, OtherId), (RootType, RootId)] AS name
WHERE name.1 != ''
