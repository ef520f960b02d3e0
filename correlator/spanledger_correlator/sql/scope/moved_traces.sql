-- Traces of spans that waited before, and that what was relinked may now attach, or no longer; and those in which
-- another copy of a span counts now.
CREATE OR REPLACE TEMPORARY TABLE work_moved_traces ENGINE = Memory AS
SELECT DISTINCT toString(Tenant) AS Tenant, TraceId
FROM facts
WHERE (Tenant, EntityType, EntityId) IN
    (
        SELECT Tenant, Type, Id FROM work_relinked_kin
        UNION DISTINCT
        SELECT Tenant, Type, Id FROM work_relinked_joined
    )
    AND Via = 'entity' AND Waits
    AND ({again:Bool} OR (Tenant, TraceId, SpanId, StoredAt) NOT IN
        (SELECT Tenant, TraceId, SpanId, StoredAt FROM work_incoming))
UNION DISTINCT
SELECT Tenant, TraceId FROM work_superseded
