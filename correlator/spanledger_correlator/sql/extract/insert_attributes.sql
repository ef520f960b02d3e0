-- A fact about an entity holds for the one entity of that type on the span.
INSERT INTO entity_attributes
SELECT Tenant, fact.1, Singles[fact.1], fact.2, fact.3, TraceId, SpanId, ContentHash, StoredAt, OccurredAt, System
FROM work_incoming
ARRAY JOIN arrayZip(AttributeTypes, AttributeKeys, AttributeValues) AS fact
WHERE mapContains(Singles, fact.1)
