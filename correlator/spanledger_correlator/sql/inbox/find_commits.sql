-- Commits whose spans, or whose correction, stand in the store and whose announcement was lost with the process that made them.
INSERT INTO commits (Batch, StoredAt, Spans)
WITH
    (
        SELECT if(count() = 0, toDateTime64('1900-01-01 00:00:00', 9, 'UTC'), max(StoredAt) - toIntervalSecond({late:UInt32}))
        FROM correlated_batches
    ) AS since
SELECT Batch, min(s.StoredAt), count()
FROM spans AS s
WHERE s.StoredAt >= since AND Batch NOT IN (SELECT Batch FROM commits WHERE commits.StoredAt >= since)
GROUP BY Batch
UNION ALL
SELECT Id AS Batch, StoredAt, 1
FROM corrections
WHERE StoredAt >= since AND Id NOT IN (SELECT Batch FROM commits WHERE commits.StoredAt >= since)
