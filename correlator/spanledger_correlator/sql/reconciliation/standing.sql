-- Successes that stand: nothing undid them later, and of what says the same twice (a retry under one key, a step that
-- happens once) the newest.
CREATE OR REPLACE TEMPORARY TABLE work_standing ENGINE = Memory AS
WITH
    (
        SELECT (groupArray(concat(Step, ' ', Entity)), groupArray(UndoneAt))
        FROM
        (
            SELECT Step, Entity, toUnixTimestamp64Nano(max(At)) AS UndoneAt
            FROM work_measured
            ARRAY JOIN Entities AS Entity
            WHERE Outcome = 'compensated'
            GROUP BY Step, Entity
            UNION ALL
            SELECT '', '', toInt64(0)
        )
    ) AS undone
SELECT
    rowNumberInAllBlocks() AS Part, Step, System, At, TraceId, SpanId, Standing AS Entities, Amount, Currency, Quantity,
    Unit, RecordCount, LegalEntity, Region, Singles
FROM
(
    SELECT
        *,
        arrayFilter(
            entity -> transform(concat(Step, ' ', entity), undone.1, undone.2, toInt64(-9223372036854775808))
                < toUnixTimestamp64Nano(At),
            Entities) AS Standing,
        multiIf(
            IdempotencyKey != '', concat('key ', IdempotencyKey),
            empty(Entities) OR Step NOT IN {once:Array(String)}, concat(TraceId, SpanId),
            '') AS Saying
    FROM work_measured
    WHERE Outcome = 'success' AND (empty(Entities) OR notEmpty(Standing))
    ORDER BY At DESC, TraceId DESC, SpanId DESC
    LIMIT 1 BY Step, Entities, Saying
)
