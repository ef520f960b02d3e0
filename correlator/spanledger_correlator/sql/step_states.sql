-- Per transaction and step: successes that stand, failures that do not pass, the amounts and keys they carried.
CREATE OR REPLACE TEMPORARY TABLE work_step_states ENGINE = Memory AS
WITH undone AS
(
    SELECT Tenant, Process, RootId, Step, toNullable(max(Happened)) AS UndoneAt
    FROM work_attached
    WHERE Outcome = 'compensated'
    GROUP BY Tenant, Process, RootId, Step
)
SELECT
    a.Tenant AS Tenant, a.Process AS Process, a.RootId AS RootId, a.Kind AS Kind, a.Position AS Position,
    minOrNullIf(a.Happened, a.Succeeded) AS FirstSuccess,
    maxOrNullIf(a.Happened, a.Succeeded) AS LastSuccess,
    countIf(a.Succeeded) AS Successes,
    countIf(a.Outcome NOT IN ('compensated', 'skipped')) AS Attempts,
    countIf(a.Outcome = 'skipped') > 0 AS Skipped,
    arraySort(groupArrayIf(
        (a.Happened, concat(a.TraceId, a.SpanId), toString(a.Outcome), toString(a.ErrorKind), toString(a.ErrorCode),
            a.ErrorMessage, toString(a.System)),
        a.Failing)) AS Failures,
    arraySort(groupArrayIf((a.Happened, a.IdempotencyKey), a.Succeeded AND a.IdempotencyKey != '')) AS Keys,
    argMaxIf(
        (toString(a.Currency), a.Share), (a.Happened, a.TraceId, a.SpanId),
        a.Succeeded AND a.Share IS NOT NULL) AS SuccessAmount,
    argMaxIf(
        (toString(a.Currency), a.Share), (a.Happened, a.TraceId, a.SpanId), a.Share IS NOT NULL) AS AttemptAmount,
    argMaxIf(tuple(a.DueAt), (a.Happened, a.TraceId, a.SpanId), a.Succeeded).1 AS DueAt,
    arraySort(groupArrayIf(
        (
            concat(a.Step, ' ', if(a.IdempotencyKey = '', concat(a.TraceId, a.SpanId), a.IdempotencyKey)),
            a.Happened, concat(a.TraceId, a.SpanId), toString(a.Currency), a.Share
        ),
        a.Succeeded AND a.Share IS NOT NULL AND a.Settling)) AS Settlements
FROM
(
    SELECT
        *,
        Outcome = 'success' AND (UndoneAt IS NULL OR Happened > UndoneAt) AS Succeeded,
        Outcome IN ('failure', 'rejected') AND (UndoneAt IS NULL OR Happened > UndoneAt) AS Failing,
        Position > 0 AND StepSettles[Position] > 0 AS Settling
    FROM work_attached
    LEFT JOIN undone USING (Tenant, Process, RootId, Step)
    INNER JOIN (SELECT toString(Process) AS Process, StepSettles FROM work_rules) AS r USING (Process)
) AS a
GROUP BY Tenant, Process, RootId, Kind, Position
