SELECT $__timeInterval(StoredAt) AS time, System, count() AS spans
FROM spans
WHERE Step != '' AND $__timeFilter(StoredAt)
    AND $__conditionalAll(System IN (${system:singlequote}), $system)
GROUP BY time, System
ORDER BY time, System
