SELECT $__timeInterval(at) AS time, what, count() AS transactions
FROM
(
    SELECT StartedAt AS at, 'began' AS what FROM transactions
    WHERE $__timeFilter(StartedAt)
        AND $__conditionalAll(Process IN (${process:singlequote}), $process)
    UNION ALL
    SELECT assumeNotNull(ClosedAt) AS at, 'completed' AS what FROM transactions
    WHERE Status = 'completed' AND $__timeFilter(ClosedAt)
        AND $__conditionalAll(Process IN (${process:singlequote}), $process)
)
GROUP BY time, what
ORDER BY time, what
