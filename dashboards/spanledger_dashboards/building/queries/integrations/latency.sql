SELECT $__timeInterval(StoredAt) AS time, System, quantile(0.95)(Duration) / 1e9 AS seconds
FROM spans
WHERE Step != '' AND $__timeFilter(StoredAt)
    AND $__conditionalAll(System IN (${system:singlequote}), $system)
GROUP BY time, System
ORDER BY time, System
