INSERT INTO commits (Batch, StoredAt, Spans)
SELECT Id, StoredAt, 1 FROM corrections WHERE Tenant = {tenant:String} AND Id = {id:UUID}
