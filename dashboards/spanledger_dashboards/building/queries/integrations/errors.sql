SELECT $__timeInterval(StoredAt) AS time, if(ErrorKind = '', 'unknown', ErrorKind) AS kind, count() AS failures
FROM spans
WHERE Step != '' AND Outcome IN ('failure', 'rejected') AND $__timeFilter(StoredAt)
    AND $__conditionalAll(System IN (${system:singlequote}), $system)
GROUP BY time, kind
ORDER BY time, kind
