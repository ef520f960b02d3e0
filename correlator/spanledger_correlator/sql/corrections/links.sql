-- Links as people have corrected them. An added link is no less a link for being cut elsewhere: the later words of a
-- person are told by taking the earlier ones back.
SELECT Tenant, Type, Id, OtherType, OtherId, TraceId, SpanId, ContentHash, StoredAt, OccurredAt, Node,
    OtherNode
FROM $links AS links
WHERE (Tenant, Type, Id, OtherType, OtherId) NOT IN (SELECT Tenant, Type, Id, OtherType, OtherId FROM work_cuts)
UNION ALL
SELECT Tenant, Type, Id, OtherType, OtherId, TraceId, SpanId, ContentHash, StoredAt, OccurredAt, Node,
    OtherNode FROM work_added
