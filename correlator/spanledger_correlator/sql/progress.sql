-- How far each step of each transaction has come: arrays along the definition's order.
-- "Done" of a settling step compares exact decimals, in the currency that is owed.
CREATE OR REPLACE TEMPORARY TABLE work_progress ENGINE = Memory AS
WITH
    steps AS
    (
        -- groupArray drops NULLs; a tuple keeps them in their places.
        SELECT
            Tx,
            groupArrayIf(Position, Kind = 'step') AS Positions,
            groupArrayIf((FirstSuccess, LastSuccess, DueAt, LastFailureAt, OtherKeyAt), Kind = 'step') AS Times,
            groupArrayIf((Successes, Attempts, Skipped), Kind = 'step') AS Counts,
            groupArrayIf(Standing, Kind = 'step') AS Standings,
            groupArrayIf(Failure, Kind = 'step') AS FailureDetails,
            groupArrayIf((SuccessCurrency, SuccessAmount), Kind = 'step') AS SuccessAmounts,
            groupArrayIf((AttemptCurrency, AttemptAmount), Kind = 'step') AS AttemptAmounts,
            groupArrayIf(Settlements, Kind = 'step') AS SettlementLists,
            maxIf(LastSuccess, Kind = 'step') AS LastStepSuccess,
            maxIf(LastSuccess, Kind = 'cancels') AS CancelledAt,
            minIf(FirstSuccess, Kind = 'fails') AS FailedAt
        FROM work_step_states
        GROUP BY Tx
    ),
    arrayEnumerate(r.StepNames) AS positions,
    arrayMap(position -> indexOf(s.Positions, position), positions) AS at,
    arrayMap(i -> s.Times[i].1, at) AS first_success,
    arrayMap(i -> s.Times[i].2, at) AS last_success,
    arrayMap(i -> s.Standings[i], at) AS standing,
    arrayMap(
        (required, keys, wanted) -> required = 1 OR (
            required = 2 AND arrayAll((key, value) -> k.Known[key] = value, keys, wanted)),
        r.StepRequired, r.StepConditionKeys, r.StepConditionValues) AS demanded,
    arrayMap(
        (is_demanded, i, first) -> is_demanded AND NOT (s.Counts[i].3 AND first IS NULL),
        demanded, at, first_success) AS required,
    if(
        r.AmountPosition = 0 OR at[r.AmountPosition] = 0, ('', NULL),
        if(
            s.SuccessAmounts[at[r.AmountPosition]].2 IS NOT NULL,
            s.SuccessAmounts[at[r.AmountPosition]],
            s.AttemptAmounts[at[r.AmountPosition]])) AS own_amount,
    arrayMap(
        target -> arrayFlatten(arrayMap(
            (i, settles) -> if(settles = target AND target > 0, s.SettlementLists[i], []), at, r.StepSettles)),
        r.StepSettles) AS parts_by_step,
    arrayMap(
        parts -> arraySort(part -> part.2, arrayFilter(
            (part, previous) -> part.1 != previous,
            arraySort(parts),
            arrayPopBack(arrayPushFront(arrayMap(part -> part.1, arraySort(parts)), '')))),
        parts_by_step) AS settled_by_step,
    arrayMap(target -> if(at[target] = 0, ('', NULL), s.SuccessAmounts[at[target]]), r.StepSettles) AS owed,
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
    arrayMap(i -> s.Times[i].4, at) AS LastFailure, arrayMap(i -> s.FailureDetails[i], at) AS Failure,
    arrayMap(open -> if(empty(open), NULL, arrayMin(open)), failing) AS FailingSince,
    arrayMap(open -> toUInt32(length(open)), failing) AS Failures,
    required AS Required, done AS Done, done_at AS DoneAt, own_amount AS OwnAmount,
    if(r.AmountPosition = 0, [], settled_by_step[indexOf(r.StepSettles, r.AmountPosition)]) AS Settlements,
    arrayMap(i -> s.Times[i].3, at) AS DueAt,
    arrayMap(i -> toUInt32(s.Counts[i].2), at) AS Attempts,
    arrayMap(i -> toUInt32(s.Counts[i].1), at) AS Successes,
    arrayMap(i -> s.Times[i].5, at) AS OtherKeyAt,
    s.LastStepSuccess AS LastStepSuccess, s.CancelledAt AS CancelledAt, s.FailedAt AS FailedAt
FROM steps AS s
ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(s.Tx, 65535)
ANY LEFT JOIN work_known AS k ON k.Tx = s.Tx
