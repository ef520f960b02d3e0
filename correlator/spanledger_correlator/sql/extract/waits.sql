-- Step spans that name no root of a process that has the step: what rules 3 and 4 work on.
CREATE OR REPLACE TEMPORARY TABLE work_waiting ENGINE = Memory AS
SELECT
    Tenant, TraceId, SpanId, ContentHash, candidate.1 AS Process, candidate.2 AS RootType, length(candidates) < length(allowed) AS Elsewhere,
    EntityTypes, EntityIds, StoredAt, OccurredAt, step.2 AS Step,
    System, Outcome, ErrorKind, ErrorCode, ErrorMessage, Amount, Currency, DueAt, IdempotencyKey,
    LegalEntity, Region, Impact, Singles
FROM
(
    SELECT
        i.*,
        arrayFilter(process -> step.1 = '' OR step.1 = process.1, p.Processes) AS allowed,
        arrayFilter(process -> NOT has(Types, process.2) AND KeyProcess != process.1, allowed) AS candidates
    FROM (SELECT *, step, step.2 AS StepName FROM work_incoming ARRAY JOIN Steps AS step) AS i
    INNER JOIN
    (
        SELECT Step, groupUniqArray((Process, RootType)) AS Processes FROM work_rule_steps GROUP BY Step
    ) AS p ON p.Step = i.StepName
)
ARRAY JOIN candidates AS candidate
