-- One row per transaction: everything about it that does not depend on what time it is.
-- Steps are arrays along the definition's order; "done" of a settling step compares exact decimals per currency.
CREATE OR REPLACE TEMPORARY TABLE work_states ENGINE = Memory AS
WITH
    whole AS
    (
        SELECT
            Tenant, Process, RootId, any(a.RootType) AS RootType,
            min(Happened) AS StartedAt, max(Happened) AS LastActivityAt, count() AS SpanCount,
            argMaxIf(a.LegalEntity, (Happened, TraceId, SpanId), a.LegalEntity != '') AS LegalEntity,
            argMaxIf(a.Region, (Happened, TraceId, SpanId), a.Region != '') AS Region,
            argMaxIf(Impact, (Happened, TraceId, SpanId), Impact != '') AS OwnImpact,
            argMaxIf(
                (toString(Currency), Share), (Happened, TraceId, SpanId),
                Share IS NOT NULL AND startsWith(Step, concat(a.RootType, '.'))) AS RootAmount
        FROM work_attached AS a
        GROUP BY Tenant, Process, RootId
    ),
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
            groupArrayIf(LeastKey != GreatestKey, Kind = 'step') AS KeysDiffer,
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
    duplicates AS
    (
        SELECT
            Tenant, Process, RootId, groupArray(Position) AS DuplicatePositions, groupArray(DuplicateAt) AS DuplicateTimes
        FROM work_one_per
        GROUP BY Tenant, Process, RootId
    ),
    relations AS
    (
        SELECT
            Tenant, Process, RootId,
            arraySlice(arraySort(groupArray((Type, Id))), 1, 200) AS Related,
            argMaxIf(Id, (LastAt, Id), Type = 'account') AS AccountId,
            arraySort(arrayFilter(
                single -> single.3 = 1,
                groupArray((Type, Id, Newest)))) AS Subjects
        FROM
        (
            SELECT *, row_number() OVER (PARTITION BY Tenant, Process, RootId, Type ORDER BY LastAt DESC, Id DESC) AS Newest
            FROM work_related
        )
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
    arrayMap((is_demanded, i) -> is_demanded AND NOT s.Skips[i], demanded, at) AS required,
    if(
        r.AmountPosition = 0 OR at[r.AmountPosition] = 0, ('', NULL),
        if(
            s.SuccessAmounts[at[r.AmountPosition]].2 IS NOT NULL,
            s.SuccessAmounts[at[r.AmountPosition]],
            s.AttemptAmounts[at[r.AmountPosition]])) AS own_amount,
    if(own_amount.2 IS NOT NULL, own_amount, w.RootAmount) AS amount,
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
            greatest(
                parts[arrayFirstIndex(
                    running -> running >= due.2, arrayCumSum(part -> assumeNotNull(part.5), parts))].2,
                first_success[target])),
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
        done, r.StepMany, last_success, failures) AS failing,
    arrayMap(open -> if(empty(open), NULL, open[1].1), failing) AS failing_since,
    arrayMap(
        (within, anchor, due_from) -> coalesce(
            if(due_from > 0 AND at[due_from] > 0, s.DueAts[at[due_from]].1, NULL),
            if(within >= 0 AND anchor > 0, addNanoseconds(first_success[anchor], within), NULL)),
        r.StepWithin, r.StepAnchor, r.StepDueFrom) AS deadline,
    arrayMap(
        (position, is_done, is_required, many, open, grace) -> if(
            is_done OR NOT is_required OR many OR notEmpty(open), NULL,
            addNanoseconds(
                arrayMin(arrayFilter(
                    time -> time IS NOT NULL,
                    arrayMap(
                        (later, time, later_required) -> if(later > position AND later_required, time, NULL),
                        positions, first_success, required))),
                grace)),
        positions, done, required, r.StepMany, failing, r.StepGrace) AS missing_from,
    arrayExists((is_end, is_required) -> is_end AND is_required, r.StepEnd, required) AS has_end,
    if(
        has_end,
        arrayAll((is_end, is_required, is_done) -> NOT is_end OR NOT is_required OR is_done, r.StepEnd, required, done),
        arrayAll((is_required, is_done) -> NOT is_required OR is_done, required, done)
            AND arrayExists(is_done -> is_done, done)) AS complete,
    multiIf(
        s.FailedAt IS NOT NULL, 'failed',
        s.CancelledAt IS NOT NULL AND (s.LastStepSuccess IS NULL OR s.LastStepSuccess <= s.CancelledAt), 'cancelled',
        complete, 'completed',
        'open') AS status,
    arrayFirstIndex(
        (keys, wanted) -> arrayAll((key, value) -> k.Known[key] = value, keys, wanted),
        r.SlaConditionKeys, r.SlaConditionValues) AS tier,
    coalesce(
        arrayMin(arrayFilter(
            time -> time IS NOT NULL, arrayMap((start, time) -> if(start, time, NULL), r.StepStart, first_success))),
        w.StartedAt) AS sla_start,
    if(
        amount.2 IS NULL, NULL,
        greatest(
            toDecimal128(0, 9),
            amount.2 - arrayMax(arrayMap(
                (target, sum) -> if(target = r.AmountPosition AND sum IS NOT NULL, sum, toDecimal128(0, 9)),
                r.StepSettles, settled)))) AS open_amount
SELECT
    w.Tenant AS Tenant, w.Process AS Process, w.RootId AS RootId, w.RootType AS RootType, r.Version AS RuleVersion,
    status AS Status,
    if(w.OwnImpact != '', toString(w.OwnImpact), toString(r.Impact)) AS Impact,
    w.StartedAt AS StartedAt, w.LastActivityAt AS LastActivityAt,
    multiIf(
        status = 'open', NULL,
        status = 'failed', s.FailedAt,
        status = 'cancelled', s.CancelledAt,
        has_end,
        arrayMax(arrayMap(
            (is_end, is_required, time) -> if(is_end AND is_required, time, NULL), r.StepEnd, required, done_at)),
        arrayMax(arrayMap((is_required, time) -> if(is_required, time, NULL), required, done_at))) AS ClosedAt,
    if(tier = 0, NULL, addNanoseconds(sla_start, r.SlaTarget[tier])) AS SlaDueAt,
    if(tier = 0, NULL, addNanoseconds(sla_start, r.SlaAtRisk[tier])) AS SlaAtRiskAt,
    w.LegalEntity AS LegalEntity, w.Region AS Region,
    if(c.Name != '', c.Name, e.AccountId) AS ClientName,
    if(amount.2 IS NULL, [], [amount.1]) AS Currencies,
    if(amount.2 IS NULL, [], [assumeNotNull(amount.2)]) AS Amounts,
    if(amount.2 IS NULL, [], [assumeNotNull(open_amount)]) AS OpenAmounts,
    e.Related AS Related, arrayMap(single -> (single.1, single.2), e.Subjects) AS Subjects, k.Known AS Known,
    arrayMap(is_done -> is_done = 1, done) AS StepDone,
    arrayMap(is_required -> is_required = 1, required) AS StepRequired,
    arrayMap(i -> toUInt32(s.AttemptCounts[i]), at) AS StepAttempts,
    arrayMap(i -> toUInt32(s.SuccessCounts[i]), at) AS StepSuccesses,
    first_success AS StepFirstSuccess, last_success AS StepLastSuccess,
    done_at AS StepDoneAt,
    arrayMap(failed -> if(empty(failed), NULL, failed[-1].1), failures) AS StepLastFailure,
    failing_since AS StepFailingSince,
    arrayMap((since, grace) -> addNanoseconds(since, grace), failing_since, r.StepGrace) AS StepFailingFrom,
    deadline AS StepDeadline, missing_from AS StepMissingFrom,
    arrayMap(
        (position, i, many, differ_at) -> multiIf(
            differ_at IS NOT NULL, differ_at,
            i > 0 AND NOT many AND s.KeysDiffer[i], s.LastSuccesses[i].1,
            NULL),
        positions, at, r.StepMany,
        arrayMap(
            position -> if(
                has(d.DuplicatePositions, position),
                toNullable(d.DuplicateTimes[indexOf(d.DuplicatePositions, position)]), NULL),
            positions)) AS StepDuplicateAt,
    arrayMap(failed -> (failed[-1].3, failed[-1].4, failed[-1].5, failed[-1].6, failed[-1].7), failures) AS StepFailure,
    arrayMap(open -> toUInt32(length(open)), failing) AS StepFailures,
    w.SpanCount AS SpanCount
FROM whole AS w
INNER JOIN steps AS s ON s.Tenant = w.Tenant AND s.Process = w.Process AND s.RootId = w.RootId
INNER JOIN work_rules AS r ON r.Process = w.Process
LEFT JOIN duplicates AS d ON d.Tenant = w.Tenant AND d.Process = w.Process AND d.RootId = w.RootId
LEFT JOIN relations AS e ON e.Tenant = w.Tenant AND e.Process = w.Process AND e.RootId = w.RootId
LEFT JOIN work_clients AS c ON c.Tenant = w.Tenant AND c.Process = w.Process AND c.RootId = w.RootId
LEFT JOIN work_known AS k ON k.Tenant = w.Tenant AND k.Process = w.Process AND k.RootId = w.RootId
