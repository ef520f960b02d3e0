-- Group commits that have not been taken in, in the order of storing. A commit may become visible late, so those of
-- the last minutes before the newest one taken in are still looked for.
WITH
    (
        SELECT if(count() = 0, toDateTime64('1900-01-01 00:00:00', 9, 'UTC'), max(StoredAt) - toIntervalSecond({late:UInt32}))
        FROM correlated_batches
    ) AS since
SELECT Batch, toString(min(c.StoredAt)) AS StoredAt, sum(c.Spans) AS Spans
FROM commits AS c
WHERE c.StoredAt >= since AND Batch NOT IN (SELECT Batch FROM correlated_batches WHERE correlated_batches.StoredAt >= since)
GROUP BY Batch
ORDER BY min(c.StoredAt), Batch
