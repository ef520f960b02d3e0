-- Per transaction and step: successes that stand, failures that do not pass, the amounts and keys they carried.
CREATE OR REPLACE TEMPORARY TABLE work_step_states ENGINE = Memory AS
WITH
    undone AS
    (
        SELECT Tx, Word, toNullable(max(Happened)) AS UndoneAt
        FROM work_attached
        WHERE Outcome = 'compensated'
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
            argMaxIf(a.Currency, a.Age, a.Succeeded AND a.HasShare) AS SuccessCurrency,
            argMaxOrNullIf(a.Share, a.Age, a.Succeeded AND a.HasShare) AS SuccessAmount,
            argMaxIf(a.Currency, a.Age, a.HasShare) AS AttemptCurrency,
            argMaxOrNullIf(a.Share, a.Age, a.HasShare) AS AttemptAmount,
            argMaxIf(tuple(a.DueAt), a.Age, a.Succeeded).1 AS DueAt,
            arraySort(groupArrayIf(
                (
                    concat(a.Step, ' ', if(a.IdempotencyKey = '', concat(a.TraceId, a.SpanId), a.IdempotencyKey)),
                    a.Age, a.Happened, a.Currency, a.Share
                ),
                a.Succeeded AND a.HasShare AND a.Settling)) AS Settlements
        FROM
        (
            SELECT
                * EXCEPT (Currency, Share), toString(w.Currency) AS Currency,
                ifNull(w.Share, toDecimal128(0, 9)) AS Share, isNotNull(w.Share) AS HasShare,
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
