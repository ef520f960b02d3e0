-- Per transaction and step: successes that stand, failures that do not pass, the keys they carried.
CREATE OR REPLACE TEMPORARY TABLE work_step_states ENGINE = Memory AS
WITH
    undone AS
    (
        SELECT Tx, Word, toNullable(max(Happened)) AS UndoneAt
        FROM work_attached
        WHERE $undoes
        GROUP BY Tx, Word
    ),
    steps AS
    (
        SELECT
            a.Tx AS Tx, a.Word AS Word, any(a.Kind) AS Kind, any(a.Position) AS Position,
            minOrNullIf(a.Happened, a.Succeeded) AS FirstSuccess,
            maxOrNullIf(a.Happened, a.Succeeded) AS LastSuccess,
            countIf(a.Succeeded) AS Successes,
            countIf(a.Outcome NOT IN ('compensated', 'skipped')) AS Attempts,
            countIf(a.Outcome = 'skipped') > 0 AS Skipped,
            groupArrayIf(a.Happened, a.Failing) AS Failures,
            maxIf(a.Age, a.Failing) AS LastFailure,
            groupArrayIf((a.Age, a.Happened, a.IdempotencyKey), a.Succeeded AND a.IdempotencyKey != '') AS Keys,
            argMaxIf(tuple(a.DueAt), a.Age, a.Succeeded).1 AS DueAt
        FROM
        (
            SELECT
                *,
                Outcome = 'success' AND (UndoneAt IS NULL OR Happened > UndoneAt) AS Succeeded,
                Outcome IN ('failure', 'rejected') AND (UndoneAt IS NULL OR Happened > UndoneAt) AS Failing
            FROM work_attached AS w
            ANY LEFT JOIN undone USING (Tx, Word)
        ) AS a
        GROUP BY Tx, Word
    )
SELECT
    s.* EXCEPT (Failures, LastFailure, Keys),
    arrayFilter(time -> s.LastSuccess IS NULL OR time > s.LastSuccess, s.Failures) AS Standing,
    if(empty(s.Failures), NULL, arrayMax(s.Failures)) AS LastFailureAt,
    f.Failure AS Failure,
    arraySort(s.Keys) AS keys,
    arrayFirst(one -> one.3 != keys[1].3, keys) AS other_key,
    if(other_key.3 = '', NULL, other_key.2) AS OtherKeyAt
FROM steps AS s
ANY LEFT JOIN
(
    SELECT
        Tx, Age,
        (toString(Outcome), toString(ErrorKind), toString(ErrorCode), ErrorMessage, toString(System)) AS Failure
    FROM work_attached
    WHERE Outcome IN ('failure', 'rejected')
) AS f ON f.Tx = s.Tx AND f.Age = s.LastFailure
