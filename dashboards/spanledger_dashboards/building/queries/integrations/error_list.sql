SELECT
    System, Step, ErrorKind AS Error, ErrorCode AS Code, count() AS Times, min(StoredAt) AS "First", max(StoredAt) AS "Last",
    any(ErrorMessage) AS "For instance"
FROM spans
WHERE Step != '' AND Outcome IN ('failure', 'rejected') AND $__timeFilter(StoredAt)
    AND $__conditionalAll(System IN (${system:singlequote}), $system)
GROUP BY System, Step, ErrorKind, ErrorCode
ORDER BY Times DESC
LIMIT 200
