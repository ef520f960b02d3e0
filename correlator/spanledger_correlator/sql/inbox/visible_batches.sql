-- How much of these commits is there: spans, or the one correction.
SELECT Batch, count() AS Spans
FROM spans
WHERE Batch IN {batches:Array(UUID)} AND StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')}
GROUP BY Batch
UNION ALL
SELECT Id AS Batch, 1 AS Spans
FROM corrections
WHERE Id IN {batches:Array(UUID)} AND StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')}
