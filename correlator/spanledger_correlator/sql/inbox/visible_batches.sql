SELECT Batch, count() AS Spans
FROM spans
WHERE Batch IN {batches:Array(UUID)} AND StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')}
GROUP BY Batch
