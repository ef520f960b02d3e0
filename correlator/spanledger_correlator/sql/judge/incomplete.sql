-- Successes that lack what the next system needs. A record is a step that happens once, with its repetitions; of a step
-- that happens in parts, those of one idempotency key. A record is incomplete until a success of it that lacks nothing,
-- unless it lacks something again.
INSERT INTO work_findings
WITH
    undone AS
    (
        SELECT Tx, Word, toNullable(max(Happened)) AS UndoneAt
        FROM work_attached
        WHERE $undoes
        GROUP BY Tx, Word
    ),
    stated AS
    (
        SELECT Tenant, TraceId, SpanId, groupUniqArray(concat(Type, '.', Key)) AS Stated
        FROM $entity_attributes AS entity_attributes
        WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_subject_kin)
            AND (Type, Key) IN (SELECT arrayJoin({told:Array(Tuple(String, String))}))
            AND (Tenant, TraceId, SpanId) IN (SELECT Tenant, TraceId, SpanId FROM work_attached WHERE Asked)
            AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
            AND Value != ''
        GROUP BY Tenant, TraceId, SpanId
    ),
    records AS
    (
        SELECT
            a.Tx AS Tx, a.Position AS Position,
            arraySort(groupArray((
                a.Age, a.Happened,
                arrayConcat(
                    a.Lacks,
                    arrayFilter(fact -> NOT has(s.Stated, fact), r.StepCarriesAttributes[a.Position]))))) AS successes
        FROM work_attached AS a
        ANY LEFT JOIN undone AS u ON u.Tx = a.Tx AND u.Word = a.Word
        ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(a.Tx, 65535)
        ANY LEFT JOIN stated AS s ON s.Tenant = a.Tenant AND s.TraceId = a.TraceId AND s.SpanId = a.SpanId
        WHERE a.Asked AND a.Outcome = 'success' AND (u.UndoneAt IS NULL OR a.Happened > u.UndoneAt)
        GROUP BY
            Tx, Position,
            multiIf(
                NOT r.StepMany[a.Position], '', a.IdempotencyKey != '', a.IdempotencyKey, concat(a.TraceId, a.SpanId))
    ),
    arrayLastIndex(success -> notEmpty(success.3), successes) AS last
SELECT
    Tx, 'incomplete_record' AS Kind, Position,
    min(arrayFirst(success -> notEmpty(success.3), successes).2) AS From,
    if(max(last = length(successes)), NULL, max(successes[last + 1].2)) AS Until,
    if(max(last = length(successes)), '', 'carried') AS Resolution,
    map('lacks', arrayStringConcat(argMax(successes[last].3, (last = length(successes), successes[last].1)), ', ')) AS Detail
FROM records
WHERE last > 0
GROUP BY Tx, Position
