SELECT
    Process, Step, count() AS Times, round(quantile(0.5)(seconds) / 3600, 2) AS "Median, h",
    round(quantile(0.95)(seconds) / 3600, 2) AS "95 %, h"
FROM
(
    SELECT
        Process, Step, DoneAt,
        dateDiff('second', max(DoneAt) OVER
            (PARTITION BY Process, Key ORDER BY DoneAt, Position ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING), DoneAt) AS seconds,
        row_number() OVER (PARTITION BY Process, Key ORDER BY DoneAt, Position) AS number
    FROM transaction_steps
    WHERE Done AND FirstSuccess IS NOT NULL AND DoneAt IS NOT NULL AND $__timeFilter(StartedAt)
        AND $__conditionalAll(Process IN (${process:singlequote}), $process)
)
WHERE number > 1
GROUP BY Process, Step
ORDER BY "95 %, h" DESC, Process, Step
LIMIT 200
