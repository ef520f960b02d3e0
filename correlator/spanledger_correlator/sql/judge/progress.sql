-- How far each step of each transaction has come: arrays along the definition's order. What few steps have (failures,
-- due dates) comes as a list of positions and one of values, because a lambda copies the arrays
-- that it looks into for each element.
-- A settling step is done when what it settles is settled.
CREATE OR REPLACE TEMPORARY TABLE work_progress ENGINE = Memory AS
WITH
    steps AS
    (
        -- groupArray drops NULLs; a tuple keeps them in their places.
        SELECT
            Tx,
            groupArrayIf(Position, Kind = 'step') AS Positions,
            groupArrayIf(tuple(FirstSuccess), Kind = 'step') AS FirstSuccesses,
            groupArrayIf(tuple(LastSuccess), Kind = 'step') AS LastSuccesses,
            groupArrayIf(Successes, Kind = 'step') AS SuccessCounts,
            groupArrayIf(Attempts, Kind = 'step') AS AttemptCounts,
            groupArrayIf(Position, Kind = 'step' AND Skipped) AS Skips,
            groupArrayIf(Position, Kind = 'step' AND LastFailureAt IS NOT NULL) AS FailedPositions,
            groupArrayIf(
                (Standing, assumeNotNull(LastFailureAt), Failure), Kind = 'step' AND LastFailureAt IS NOT NULL) AS Failed,
            groupArrayIf(Position, Kind = 'step' AND DueAt IS NOT NULL) AS DuePositions,
            groupArrayIf(assumeNotNull(DueAt), Kind = 'step' AND DueAt IS NOT NULL) AS Dues,
            groupArrayIf(Position, Kind = 'step' AND OtherKeyAt IS NOT NULL) AS OtherKeyPositions,
            groupArrayIf(assumeNotNull(OtherKeyAt), Kind = 'step' AND OtherKeyAt IS NOT NULL) AS OtherKeys,
            maxIf(LastSuccess, Kind = 'cancels') AS CancelledAt,
            minIf(FirstSuccess, Kind = 'fails') AS FailedAt
        FROM work_step_states
        GROUP BY Tx
    ),
    arrayEnumerate(r.StepNames) AS positions,
    arrayMap(position -> indexOf(s.Positions, position), positions) AS at,
    arrayMap(i -> s.FirstSuccesses[i].1, at) AS first_success,
    arrayMap(i -> s.LastSuccesses[i].1, at) AS last_success,
    arrayMap(position -> indexOf(s.FailedPositions, position), positions) AS failed_at,
    arrayMap(i -> s.Failed[i].1, failed_at) AS standing,
    arrayMap(
        (required, keys, wanted) -> required = 1 OR (
            required = 2 AND arrayAll((key, value) -> k.Known[key] = value, keys, wanted)),
        r.StepRequired, r.StepConditionKeys, r.StepConditionValues) AS demanded,
    arrayMap(
        (is_demanded, position, first) -> is_demanded AND NOT (has(s.Skips, position) AND first IS NULL),
        demanded, positions, first_success) AS required,
    arrayMap(target -> indexOf(m.Targets, target), r.StepSettles) AS settled_at,
    arrayMap(
        (many, target, i, first, last, open) -> multiIf(
            target > 0, i > 0,
            many, last IS NOT NULL AND empty(open),
            first IS NOT NULL),
        r.StepMany, r.StepSettles, settled_at, first_success, last_success, standing) AS done,
    arrayMap(
        (is_done, many, target, i, first, last) -> multiIf(
            NOT is_done, NULL, target > 0, m.ReachedAt[i], many, last, first),
        done, r.StepMany, r.StepSettles, settled_at, first_success, last_success) AS done_at,
    arrayMap((is_done, open) -> if(is_done, [], open), done, standing) AS failing
SELECT
    s.Tx AS Tx,
    first_success AS FirstSuccess, last_success AS LastSuccess,
    arrayMap(i -> if(i = 0, NULL, s.Failed[i].2), failed_at) AS LastFailure,
    arrayMap(i -> s.Failed[i].3, failed_at) AS Failure,
    arrayMap(open -> if(empty(open), NULL, arrayMin(open)), failing) AS FailingSince,
    arrayMap(open -> toUInt32(length(open)), failing) AS Failures,
    required AS Required, done AS Done, done_at AS DoneAt,
    arrayFilter(part -> part.1 = r.AmountPosition, m.Settled) AS Settled,
    arrayMap(i -> if(i = 0, NULL, s.Dues[i]), arrayMap(position -> indexOf(s.DuePositions, position), positions)) AS DueAt,
    arrayMap(i -> toUInt32(s.AttemptCounts[i]), at) AS Attempts,
    arrayMap(i -> toUInt32(s.SuccessCounts[i]), at) AS Successes,
    arrayMap(
        i -> if(i = 0, NULL, s.OtherKeys[i]),
        arrayMap(position -> indexOf(s.OtherKeyPositions, position), positions)) AS OtherKeyAt,
    arrayMax(arrayMap((reverses, time) -> if(reverses = 0, time, NULL), r.StepReverses, last_success)) AS LastStepSuccess,
    s.CancelledAt AS CancelledAt, s.FailedAt AS FailedAt
FROM steps AS s
ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(s.Tx, 65535)
ANY LEFT JOIN work_settlements AS m ON m.Tx = s.Tx
ANY LEFT JOIN work_known AS k ON k.Tx = s.Tx
