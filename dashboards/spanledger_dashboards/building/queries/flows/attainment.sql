SELECT $__timeInterval(assumeNotNull(ClosedAt)) AS time, Process, countIf(SlaState = 'met') / count() AS attained
FROM transactions
WHERE Status = 'completed' AND SlaState IN ('met', 'met_late') AND $__timeFilter(ClosedAt)
    AND $__conditionalAll(Process IN (${process:singlequote}), $process)
GROUP BY time, Process
ORDER BY time, Process
