INSERT INTO superseded_copies SELECT Tenant, TraceId, SpanId, ContentHash, StoredAt FROM work_superseded
