SELECT
    Process, count() AS Began, countIf(Status = 'completed') AS Completed, countIf(Status = 'failed') AS Failed,
    countIf(Status = 'cancelled') AS Cancelled, countIf(Status = 'open') AS Open, countIf(Stuck) AS Stuck,
    countIf(SlaState IN ('breached', 'met_late')) AS Late,
    if(countIf(SlaState IN ('met', 'met_late', 'breached')) = 0, NULL,
        countIf(SlaState = 'met') / countIf(SlaState IN ('met', 'met_late', 'breached'))) AS "In time"
FROM transactions
WHERE $__timeFilter(StartedAt)
    AND $__conditionalAll(Process IN (${process:singlequote}), $process)
GROUP BY Process
ORDER BY Process
