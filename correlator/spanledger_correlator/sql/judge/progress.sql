-- How far each step of each transaction has come: arrays along the definition's order. What few steps have (failures,
-- due dates, amounts, settlements) comes as a list of positions and one of values, because a lambda copies the arrays
-- that it looks into for each element.
-- "Done" of a settling step compares exact decimals, in the currency that is owed.
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
            groupArrayIf(Position, Kind = 'step' AND SuccessAmount IS NOT NULL) AS SuccessPositions,
            groupArrayIf((SuccessCurrency, SuccessAmount), Kind = 'step' AND SuccessAmount IS NOT NULL) AS SuccessAmounts,
            groupArrayIf(Position, Kind = 'step' AND AttemptAmount IS NOT NULL) AS AttemptPositions,
            groupArrayIf((AttemptCurrency, AttemptAmount), Kind = 'step' AND AttemptAmount IS NOT NULL) AS AttemptAmounts,
            groupArrayIf(Position, Kind = 'step' AND notEmpty(Settlements)) AS SettlingPositions,
            groupArrayIf(Settlements, Kind = 'step' AND notEmpty(Settlements)) AS SettlementLists,
            maxIf(LastSuccess, Kind = 'step') AS LastStepSuccess,
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
    multiIf(
        has(s.SuccessPositions, r.AmountPosition), s.SuccessAmounts[indexOf(s.SuccessPositions, r.AmountPosition)],
        has(s.AttemptPositions, r.AmountPosition), s.AttemptAmounts[indexOf(s.AttemptPositions, r.AmountPosition)],
        ('', NULL)) AS own_amount,
    arrayMap(
        target -> if(
            target = 0, [],
            arrayFlatten(arrayMap(
                (position, parts) -> if(r.StepSettles[position] = target, parts, []),
                s.SettlingPositions, s.SettlementLists))),
        r.StepSettles) AS parts_by_step,
    arrayMap(
        parts -> arraySort(part -> part.2, arrayFilter(
            (part, previous) -> part.1 != previous,
            arraySort(parts),
            arrayPopBack(arrayPushFront(arrayMap(part -> part.1, arraySort(parts)), '')))),
        parts_by_step) AS settled_by_step,
    arrayMap(
        i -> if(i = 0, ('', NULL), s.SuccessAmounts[i]),
        arrayMap(target -> indexOf(s.SuccessPositions, target), r.StepSettles)) AS owed,
    arrayMap(
        (due, parts) -> arrayFilter(part -> part.4 = due.1, parts), owed, settled_by_step) AS counted_parts,
    arrayMap(
        (due, parts) -> if(due.2 IS NULL, NULL, arraySum(part -> part.5, parts)),
        owed, counted_parts) AS settled,
    arrayMap(
        (due, parts, target) -> if(
            due.2 IS NULL, NULL,
            if(
                due.2 <= 0, first_success[target],
                greatest(
                    parts[arrayFirstIndex(
                        running -> running >= due.2, arrayCumSum(part -> part.5, parts))].3,
                    first_success[target]))),
        owed, counted_parts, r.StepSettles) AS settled_at,
    arrayMap(
        (many, target, sum, due, first, last, open) -> multiIf(
            target > 0, ifNull(sum >= due.2, 0),
            many, last IS NOT NULL AND empty(open),
            first IS NOT NULL),
        r.StepMany, r.StepSettles, settled, owed, first_success, last_success, standing) AS done,
    arrayMap(
        (is_done, many, target, settled_time, first, last) -> multiIf(
            NOT is_done, NULL, target > 0, settled_time, many, last, first),
        done, r.StepMany, r.StepSettles, settled_at, first_success, last_success) AS done_at,
    arrayMap((is_done, open) -> if(is_done, [], open), done, standing) AS failing
SELECT
    s.Tx AS Tx,
    first_success AS FirstSuccess, last_success AS LastSuccess,
    arrayMap(i -> if(i = 0, NULL, s.Failed[i].2), failed_at) AS LastFailure,
    arrayMap(i -> s.Failed[i].3, failed_at) AS Failure,
    arrayMap(open -> if(empty(open), NULL, arrayMin(open)), failing) AS FailingSince,
    arrayMap(open -> toUInt32(length(open)), failing) AS Failures,
    required AS Required, done AS Done, done_at AS DoneAt, own_amount AS OwnAmount,
    if(r.AmountPosition = 0, [], settled_by_step[indexOf(r.StepSettles, r.AmountPosition)]) AS Settlements,
    arrayMap(i -> if(i = 0, NULL, s.Dues[i]), arrayMap(position -> indexOf(s.DuePositions, position), positions)) AS DueAt,
    arrayMap(i -> toUInt32(s.AttemptCounts[i]), at) AS Attempts,
    arrayMap(i -> toUInt32(s.SuccessCounts[i]), at) AS Successes,
    arrayMap(
        i -> if(i = 0, NULL, s.OtherKeys[i]),
        arrayMap(position -> indexOf(s.OtherKeyPositions, position), positions)) AS OtherKeyAt,
    s.LastStepSuccess AS LastStepSuccess, s.CancelledAt AS CancelledAt, s.FailedAt AS FailedAt
FROM steps AS s
ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(s.Tx, 65535)
ANY LEFT JOIN work_known AS k ON k.Tx = s.Tx
