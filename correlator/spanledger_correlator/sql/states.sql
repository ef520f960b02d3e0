-- One row per transaction: everything about it that does not depend on what time it is.
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
    if(p.OwnAmount.2 IS NOT NULL, p.OwnAmount, w.RootAmount) AS amount,
    arrayEnumerate(r.StepNames) AS positions,
    arrayMap(open -> if(empty(open), NULL, open[1].1), p.Failing) AS failing_since,
    arrayMap(
        (within, anchor, due_from) -> coalesce(
            p.DueAt[due_from],
            if(within >= 0 AND anchor > 0, addNanoseconds(p.FirstSuccess[anchor], within), NULL)),
        r.StepWithin, r.StepAnchor, r.StepDueFrom) AS deadline,
    arrayMap(
        (position, is_done, is_required, many, open, grace) -> if(
            is_done OR NOT is_required OR many OR notEmpty(open), NULL,
            addNanoseconds(
                arrayMin(arrayFilter(
                    time -> time IS NOT NULL,
                    arrayMap(
                        (later, time, later_required) -> if(later > position AND later_required, time, NULL),
                        positions, p.FirstSuccess, p.Required))),
                grace)),
        positions, p.Done, p.Required, r.StepMany, p.Failing, r.StepGrace) AS missing_from,
    arrayExists((is_end, is_required) -> is_end AND is_required, r.StepEnd, p.Required) AS has_end,
    if(
        has_end,
        arrayAll((is_end, is_required, is_done) -> NOT is_end OR NOT is_required OR is_done, r.StepEnd, p.Required, p.Done),
        arrayAll((is_required, is_done) -> NOT is_required OR is_done, p.Required, p.Done)
            AND arrayExists(is_done -> is_done, p.Done)) AS complete,
    multiIf(
        p.FailedAt IS NOT NULL, 'failed',
        p.CancelledAt IS NOT NULL AND (p.LastStepSuccess IS NULL OR p.LastStepSuccess <= p.CancelledAt), 'cancelled',
        complete, 'completed',
        'open') AS status,
    arrayFirstIndex(
        (keys, wanted) -> arrayAll((key, value) -> k.Known[key] = value, keys, wanted),
        r.SlaConditionKeys, r.SlaConditionValues) AS tier,
    coalesce(
        arrayMin(arrayFilter(
            time -> time IS NOT NULL, arrayMap((start, time) -> if(start, time, NULL), r.StepStart, p.FirstSuccess))),
        w.StartedAt) AS sla_start,
    if(
        amount.2 IS NULL, NULL,
        greatest(
            toDecimal128(0, 9),
            amount.2 - arraySum(part -> if(part.4 = amount.1, assumeNotNull(part.5), 0), p.Settlements))) AS open_amount
SELECT
    w.Tenant AS Tenant, w.Process AS Process, w.RootId AS RootId, w.RootType AS RootType, r.Version AS RuleVersion,
    status AS Status,
    if(w.OwnImpact != '', toString(w.OwnImpact), toString(r.Impact)) AS Impact,
    w.StartedAt AS StartedAt, w.LastActivityAt AS LastActivityAt,
    multiIf(
        status = 'open', NULL,
        status = 'failed', p.FailedAt,
        status = 'cancelled', p.CancelledAt,
        has_end,
        arrayMax(arrayMap(
            (is_end, is_required, time) -> if(is_end AND is_required, time, NULL), r.StepEnd, p.Required, p.DoneAt)),
        has(p.Required, 1),
        arrayMax(arrayMap((is_required, time) -> if(is_required, time, NULL), p.Required, p.DoneAt)),
        arrayMax(p.DoneAt)) AS ClosedAt,
    if(tier = 0, NULL, addNanoseconds(sla_start, r.SlaTarget[tier])) AS SlaDueAt,
    if(tier = 0, NULL, addNanoseconds(sla_start, r.SlaAtRisk[tier])) AS SlaAtRiskAt,
    w.LegalEntity AS LegalEntity, w.Region AS Region,
    if(c.Name != '', c.Name, e.AccountId) AS ClientName,
    if(amount.2 IS NULL, [], [amount.1]) AS Currencies,
    if(amount.2 IS NULL, [], [assumeNotNull(amount.2)]) AS Amounts,
    if(amount.2 IS NULL, [], [assumeNotNull(open_amount)]) AS OpenAmounts,
    e.Related AS Related, arrayMap(single -> (single.1, single.2), e.Subjects) AS Subjects, k.Known AS Known,
    arrayMap(is_done -> is_done = 1, p.Done) AS StepDone,
    arrayMap(is_required -> is_required = 1, p.Required) AS StepRequired,
    p.Attempts AS StepAttempts,
    p.Successes AS StepSuccesses,
    p.FirstSuccess AS StepFirstSuccess, p.LastSuccess AS StepLastSuccess,
    p.DoneAt AS StepDoneAt,
    arrayMap(failed -> if(empty(failed), NULL, failed[-1].1), p.Failures) AS StepLastFailure,
    failing_since AS StepFailingSince,
    arrayMap((since, grace) -> addNanoseconds(since, grace), failing_since, r.StepGrace) AS StepFailingFrom,
    deadline AS StepDeadline, missing_from AS StepMissingFrom,
    arrayMap(
        (other, many, rival_at) -> multiIf(
            other.2 = '' OR many, rival_at,
            rival_at IS NULL, other.1,
            least(rival_at, other.1)),
        p.OtherKey, r.StepMany,
        arrayMap(
            position -> if(
                has(d.DuplicatePositions, position),
                toNullable(d.DuplicateTimes[indexOf(d.DuplicatePositions, position)]), NULL),
            positions)) AS StepDuplicateAt,
    arrayMap(failed -> (failed[-1].3, failed[-1].4, failed[-1].5, failed[-1].6, failed[-1].7), p.Failures) AS StepFailure,
    arrayMap(open -> toUInt32(length(open)), p.Failing) AS StepFailures,
    w.SpanCount AS SpanCount
FROM whole AS w
INNER JOIN work_progress AS p ON p.Tenant = w.Tenant AND p.Process = w.Process AND p.RootId = w.RootId
INNER JOIN work_rules AS r ON r.Process = w.Process
LEFT JOIN duplicates AS d ON d.Tenant = w.Tenant AND d.Process = w.Process AND d.RootId = w.RootId
LEFT JOIN relations AS e ON e.Tenant = w.Tenant AND e.Process = w.Process AND e.RootId = w.RootId
LEFT JOIN work_clients AS c ON c.Tenant = w.Tenant AND c.Process = w.Process AND c.RootId = w.RootId
LEFT JOIN work_known AS k ON k.Tenant = w.Tenant AND k.Process = w.Process AND k.RootId = w.RootId
