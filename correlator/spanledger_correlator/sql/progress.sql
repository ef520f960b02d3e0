-- How far each step of each transaction has come: arrays along the definition's order.
-- "Done" of a settling step compares exact decimals, in the currency that is owed.
CREATE OR REPLACE TEMPORARY TABLE work_progress ENGINE = Memory AS
WITH
    steps AS
    (
        -- groupArray drops NULLs; a tuple of one keeps them in their places.
        SELECT
            Tenant, Process, RootId,
            groupArrayIf(Position, Kind = 'step') AS Positions,
            groupArrayIf(tuple(FirstSuccess), Kind = 'step') AS FirstSuccesses,
            groupArrayIf(tuple(LastSuccess), Kind = 'step') AS LastSuccesses,
            groupArrayIf(Successes, Kind = 'step') AS SuccessCounts,
            groupArrayIf(Attempts, Kind = 'step') AS AttemptCounts,
            groupArrayIf(Skipped, Kind = 'step') AS Skips,
            groupArrayIf(Failures, Kind = 'step') AS FailureLists,
            groupArrayIf(Keys, Kind = 'step') AS KeyLists,
            groupArrayIf(SuccessAmount, Kind = 'step') AS SuccessAmounts,
            groupArrayIf(AttemptAmount, Kind = 'step') AS AttemptAmounts,
            groupArrayIf(tuple(DueAt), Kind = 'step') AS DueAts,
            groupArrayIf(Settlements, Kind = 'step') AS SettlementLists,
            maxIf(LastSuccess, Kind = 'step') AS LastStepSuccess,
            maxIf(LastSuccess, Kind = 'cancels') AS CancelledAt,
            minIf(FirstSuccess, Kind = 'fails') AS FailedAt
        FROM work_step_states
        GROUP BY Tenant, Process, RootId
    ),
    arrayEnumerate(r.StepNames) AS positions,
    arrayMap(position -> indexOf(s.Positions, position), positions) AS at,
    arrayMap(i -> s.FirstSuccesses[i].1, at) AS first_success,
    arrayMap(i -> s.LastSuccesses[i].1, at) AS last_success,
    arrayMap(i -> s.FailureLists[i], at) AS failures,
    arrayMap(
        (required, keys, wanted) -> required = 1 OR (
            required = 2 AND arrayAll((key, value) -> k.Known[key] = value, keys, wanted)),
        r.StepRequired, r.StepConditionKeys, r.StepConditionValues) AS demanded,
    arrayMap(
        (is_demanded, i, first) -> is_demanded AND NOT (s.Skips[i] AND first IS NULL),
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
        parts -> arraySort(part -> (part.2, part.3), arrayFilter(
            (part, previous) -> part.1 != previous,
            arraySort(parts),
            arrayPopBack(arrayPushFront(arrayMap(part -> part.1, arraySort(parts)), '')))),
        parts_by_step) AS settled_by_step,
    arrayMap(target -> if(at[target] = 0, ('', NULL), s.SuccessAmounts[at[target]]), r.StepSettles) AS owed,
    arrayMap(
        (due, parts) -> arrayFilter(part -> part.4 = due.1, parts), owed, settled_by_step) AS counted_parts,
    arrayMap(
        (due, parts) -> if(due.2 IS NULL, NULL, arraySum(part -> assumeNotNull(part.5), parts)),
        owed, counted_parts) AS settled,
    arrayMap(
        (due, parts, target) -> if(
            due.2 IS NULL, NULL,
            if(
                due.2 <= 0, first_success[target],
                greatest(
                    parts[arrayFirstIndex(
                        running -> running >= due.2, arrayCumSum(part -> assumeNotNull(part.5), parts))].2,
                    first_success[target]))),
        owed, counted_parts, r.StepSettles) AS settled_at,
    arrayMap(
        (many, target, sum, due, first, last, failed) -> multiIf(
            target > 0, ifNull(sum >= due.2, 0),
            many, last IS NOT NULL AND (empty(failed) OR last >= failed[-1].1),
            first IS NOT NULL),
        r.StepMany, r.StepSettles, settled, owed, first_success, last_success, failures) AS done,
    arrayMap(
        (is_done, many, target, settled_time, first, last) -> multiIf(
            NOT is_done, NULL, target > 0, settled_time, many, last, first),
        done, r.StepMany, r.StepSettles, settled_at, first_success, last_success) AS done_at,
    arrayMap(
        (is_done, many, last, failed) -> arrayFilter(
            failure -> NOT is_done AND (last IS NULL OR failure.1 > last), failed),
        done, r.StepMany, last_success, failures) AS failing
SELECT
    s.Tenant AS Tenant, s.Process AS Process, s.RootId AS RootId,
    first_success AS FirstSuccess, last_success AS LastSuccess, failures AS Failures, failing AS Failing,
    required AS Required, done AS Done, done_at AS DoneAt, own_amount AS OwnAmount,
    if(r.AmountPosition = 0, [], settled_by_step[indexOf(r.StepSettles, r.AmountPosition)]) AS Settlements,
    arrayMap(i -> s.DueAts[i].1, at) AS DueAt,
    arrayMap(i -> toUInt32(s.AttemptCounts[i]), at) AS Attempts,
    arrayMap(i -> toUInt32(s.SuccessCounts[i]), at) AS Successes,
    arrayMap(i -> arrayFirst(one -> one.2 != s.KeyLists[i][1].2, s.KeyLists[i]), at) AS OtherKey,
    s.LastStepSuccess AS LastStepSuccess, s.CancelledAt AS CancelledAt, s.FailedAt AS FailedAt
FROM steps AS s
INNER JOIN work_rules AS r ON r.Process = s.Process
LEFT JOIN work_known AS k ON k.Tenant = s.Tenant AND k.Process = s.Process AND k.RootId = s.RootId
