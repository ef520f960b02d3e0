SELECT
    Step,
    countIf(Done AND FirstSuccess IS NOT NULL) AS "Did it",
    countIf(Status = 'open' AND Required AND NOT Done) AS "Still to come"
FROM transaction_steps
WHERE $__timeFilter(StartedAt)
    AND $__conditionalAll(Process IN (${process:singlequote}), $process)
GROUP BY Process, Position, Step
ORDER BY Process, Position
LIMIT 200
