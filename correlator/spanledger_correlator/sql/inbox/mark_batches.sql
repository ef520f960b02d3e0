INSERT INTO correlated_batches (Batch, StoredAt)
SELECT Batch, min(c.StoredAt)
FROM commits AS c
WHERE Batch IN {batches:Array(UUID)} AND c.StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')}
GROUP BY Batch
