-- One row per transaction: everything about it that does not depend on what time it is.
CREATE OR REPLACE TEMPORARY TABLE work_states ENGINE = Memory AS
WITH
    whole AS
    (
        SELECT
            Tx, min(Happened) AS StartedAt, max(Happened) AS LastActivityAt, count() AS SpanCount,
            argMaxIf(toString(a.LegalEntity), Age, a.LegalEntity != '') AS LegalEntity,
            argMaxIf(toString(a.Region), Age, a.Region != '') AS Region,
            argMaxIf(toString(a.Impact), Age, a.Impact != '') AS OwnImpact,
            argMaxIf(toString(a.Currency), Age, a.OfRoot AND a.Share IS NOT NULL) AS RootCurrency,
            argMaxOrNullIf(assumeNotNull(a.Share), Age, a.OfRoot AND a.Share IS NOT NULL) AS RootAmount
        FROM work_attached AS a
        GROUP BY Tx
    ),
    duplicates AS
    (
        SELECT Tx, groupArray(Position) AS DuplicatePositions, groupArray(DuplicateAt) AS DuplicateTimes
        FROM work_one_per
        GROUP BY Tx
    ),
    relations AS
    (
        SELECT
            Tx,
            arraySlice(arraySort(groupArray((Type, Id))), 1, 200) AS Related,
            argMaxIf(Id, LastAge, Type = 'account') AS AccountId
        FROM work_related
        GROUP BY Tx
    ),
    if(p.OwnAmount.2 IS NOT NULL, p.OwnAmount, (w.RootCurrency, w.RootAmount)) AS amount,
    arrayEnumerate(r.StepNames) AS positions,
    arrayMap(
        (within, anchor, due_from) -> coalesce(
            p.DueAt[due_from],
            if(within >= 0 AND anchor > 0, addNanoseconds(p.FirstSuccess[anchor], within), NULL)),
        r.StepWithin, r.StepAnchor, r.StepDueFrom) AS deadline,
    -- Steps that look forgotten: one after them has succeeded. Filtered first, as few transactions have any.
    arrayLastIndex((time, is_required) -> time IS NOT NULL AND is_required, p.FirstSuccess, p.Required) AS furthest,
    arrayFilter(
        (position, is_done, is_required, many, failing) ->
            position < furthest AND NOT is_done AND is_required AND NOT many AND failing = 0,
        positions, p.Done, p.Required, r.StepMany, p.Failures) AS missed,
    arrayMap(
        position -> addNanoseconds(
            assumeNotNull(arrayMin(arrayFilter(
                (time, later, later_required) -> later > position AND later_required AND time IS NOT NULL,
                p.FirstSuccess, positions, p.Required))),
            r.StepGrace[position]),
        missed) AS missed_from,
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
    -- Kinds in the order in which they count: 1 failing, 2 overdue, 3 missing; 4 is a failing step nobody requires.
    arraySort(arrayConcat(
        arrayMap(
            position -> (
                if(p.Required[position], 1, 4), position,
                addNanoseconds(assumeNotNull(p.FailingSince[position]), r.StepGrace[position])),
            arrayFilter((position, since) -> status = 'open' AND since IS NOT NULL, positions, p.FailingSince)),
        arrayMap(
            position -> (2, position, addNanoseconds(assumeNotNull(deadline[position]), 1)),
            arrayFilter(
                (position, is_required, is_done, due) ->
                    status = 'open' AND is_required AND NOT is_done AND due IS NOT NULL,
                positions, p.Required, p.Done, deadline)),
        if(
            status IN ('open', 'completed'),
            arrayMap((position, from) -> (3, position, from), missed, missed_from), []))) AS troubles,
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
            amount.2 - arraySum(part -> if(part.4 = amount.1, part.5, 0), p.Settlements))) AS open_amount
SELECT
    t.Tenant AS Tenant, t.Process AS Process, t.RootId AS RootId, t.RootType AS RootType, r.Version AS RuleVersion,
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
    e.Related AS Related, k.Known AS Known,
    arrayMap(is_done -> is_done = 1, p.Done) AS StepDone,
    arrayMap(is_required -> is_required = 1, p.Required) AS StepRequired,
    p.Attempts AS StepAttempts,
    p.Successes AS StepSuccesses,
    p.FirstSuccess AS StepFirstSuccess, p.LastSuccess AS StepLastSuccess,
    p.DoneAt AS StepDoneAt,
    p.LastFailure AS StepLastFailure, p.FailingSince AS StepFailingSince,
    deadline AS StepDeadline,
    arrayMap(
        (other_at, many, rival_at) -> multiIf(
            other_at IS NULL OR many, rival_at,
            rival_at IS NULL, other_at,
            least(rival_at, other_at)),
        p.OtherKeyAt, r.StepMany,
        arrayMap(
            position -> if(
                has(d.DuplicatePositions, position),
                toNullable(d.DuplicateTimes[indexOf(d.DuplicatePositions, position)]), NULL),
            positions)) AS StepDuplicateAt,
    p.Failure AS StepFailure, p.Failures AS StepFailures,
    troubles AS Troubles,
    arrayFirstIndex((is_required, is_done) -> is_required AND NOT is_done, p.Required, p.Done) AS NextStep,
    if(
        status = 'open' AND arrayExists(trouble -> trouble.1 < 4, troubles),
        arrayMin(arrayMap(trouble -> trouble.3, arrayFilter(trouble -> trouble.1 < 4, troubles))), NULL) AS StuckFrom,
    w.SpanCount AS SpanCount
FROM work_transactions AS t
ANY LEFT JOIN whole AS w ON w.Tx = t.Tx
ANY LEFT JOIN work_progress AS p ON p.Tx = t.Tx
ANY LEFT JOIN work_rules AS r ON r.No = t.No
ANY LEFT JOIN duplicates AS d ON d.Tx = t.Tx
ANY LEFT JOIN relations AS e ON e.Tx = t.Tx
ANY LEFT JOIN work_clients AS c ON c.Tx = t.Tx
ANY LEFT JOIN work_known AS k ON k.Tx = t.Tx
