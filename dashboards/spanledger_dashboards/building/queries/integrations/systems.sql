SELECT
    System, count() AS Spans, countIf(Outcome IN ('failure', 'rejected')) AS Failures,
    round(quantile(0.5)(Duration) / 1e9, 3) AS "Median, s", round(quantile(0.95)(Duration) / 1e9, 3) AS "95 %, s",
    max(Timestamp) AS "Last heard of",
    round(quantile(0.95)(dateDiff('millisecond', OccurredAt, StoredAt)) / 1000, 1) AS "Until stored, 95 %, s"
FROM spans
WHERE Step != '' AND $__timeFilter(StoredAt)
    AND $__conditionalAll(System IN (${system:singlequote}), $system)
GROUP BY System
ORDER BY System
LIMIT 200
