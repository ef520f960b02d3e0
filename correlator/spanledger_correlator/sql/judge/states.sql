-- One row per transaction: everything about it that does not depend on what time it is.
CREATE OR REPLACE TEMPORARY TABLE work_states ENGINE = Memory AS
WITH
    whole AS
    (
        SELECT
            Tx, min(Happened) AS StartedAt, max(Happened) AS LastActivityAt, count() AS SpanCount,
            argMaxIf(toString(a.LegalEntity), Age, a.LegalEntity != '') AS LegalEntity,
            argMaxIf(toString(a.Region), Age, a.Region != '') AS Region,
            argMaxIf(toString(a.Impact), Age, a.Impact != '') AS OwnImpact
        FROM work_attached AS a
        GROUP BY Tx
    ),
    found AS
    (
        SELECT Tx, groupArray((Kind, Position, From, Until, Resolution, Detail)) AS Findings
        FROM work_findings
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
    arrayEnumerate(r.StepNames) AS positions,
    arrayMap(
        (within, anchor, due_from) -> coalesce(
            p.DueAt[due_from],
            if(within >= 0 AND anchor > 0, addNanoseconds(p.FirstSuccess[anchor], within), NULL)),
        r.StepWithin, r.StepAnchor, r.StepDueFrom) AS plain_deadline,
    if(
        empty(b.Positions), plain_deadline,
        arrayMap(
            (plain, position) -> if(
                has(b.Positions, position), toNullable(b.Deadlines[indexOf(b.Positions, position)]), plain),
            plain_deadline, positions)) AS deadline,
    -- Steps that look forgotten, or looked so until they came: one after them has succeeded, and nothing was tried.
    -- Filtered first, as few transactions have any.
    arrayFilter(time -> time IS NOT NULL, p.FirstSuccess) AS times,
    arrayLastIndex((time, is_required) -> time IS NOT NULL AND is_required, p.FirstSuccess, p.Required) AS furthest,
    arrayFilter(
        (position, is_done, is_required, many, failed_at) ->
            position < furthest AND is_required AND NOT many AND failed_at IS NULL
            AND (NOT is_done OR times != arraySort(times)),
        positions, p.Done, p.Required, r.StepMany, p.LastFailure) AS missed,
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
    toDateTime64('2262-01-01 00:00:00', 9, 'UTC') AS never,
    ifNull(ClosedAt, never) AS closed_at,
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
            positions)) AS duplicate_at,
    -- (kind, position, from, until, what ended it, detail), before anything but the step itself may end them
    arrayConcat(
        f.Findings,
        arrayMap(
            position -> (
                'overdue_step', toUInt16(position), addNanoseconds(assumeNotNull(deadline[position]), 1),
                if(r.StepSettles[position] > 0, p.DoneAt[position], if(p.Done[position], p.FirstSuccess[position], NULL)),
                'succeeded', map('due', toString(deadline[position]))),
            arrayFilter(
                -- Nothing becomes due while the clocks stand still.
                (position, is_required, is_done, due, done_at) ->
                    is_required AND due IS NOT NULL AND (NOT is_done OR done_at > due)
                    AND ifNull(due < u.PausedAt, true),
                positions, p.Required, p.Done, deadline, p.DoneAt)),
        arrayMap(
            (position, from) -> (
                'missing_step', toUInt16(position), from, p.FirstSuccess[position], 'succeeded', map('', '')),
            missed, missed_from),
        arrayMap(
            position -> ('duplicate', toUInt16(position), assumeNotNull(duplicate_at[position]), NULL, '', map('', '')),
            arrayFilter((position, at) -> at IS NOT NULL, positions, duplicate_at))) AS opened,
    -- What ends each: its own end; for a failure, the settling of its step by others; the end of the transaction, which
    -- on a completed one leaves standing what its completion has not mended.
    arrayMap(
        one -> (one, [
            ifNull(one.4, never),
            if(
                one.1 IN ('failed_step', 'rejected_record') AND r.StepSettles[one.2] > 0, ifNull(p.DoneAt[one.2], never),
                never),
            if(
                status = 'completed' AND one.1 NOT IN ('failed_step', 'rejected_record', 'overdue_step'), never,
                closed_at)]),
        opened) AS ended,
    arraySort(
        one -> (one.3, one.2, one.1),
        arrayFilter(
            one -> one.4 IS NULL OR one.4 > one.3,
            arrayMap(
                one -> (
                    one.1.1, one.1.2, one.1.3, nullIf(arrayMin(one.2), never),
                    if(arrayMin(one.2) = never, '', [one.1.5, 'settled', 'closed'][indexOf(one.2, arrayMin(one.2))]),
                    one.1.6),
                ended))) AS exceptions,
    -- Kinds in the order in which they count: 1 failing, 2 overdue, 3 missing; 4 is a failing step nobody requires.
    arraySort(arrayMap(
        one -> (
            multiIf(one.1 = 'overdue_step', 2, one.1 = 'missing_step', 3, p.Required[one.2], 1, 4), one.2, one.3),
        arrayFilter(
            one -> one.4 IS NULL AND one.1 IN ('failed_step', 'rejected_record', 'overdue_step', 'missing_step'),
            exceptions))) AS troubles,
    arrayFirstIndex(
        (keys, wanted) -> arrayAll((key, value) -> k.Known[key] = value, keys, wanted),
        r.SlaConditionKeys, r.SlaConditionValues) AS tier,
    coalesce(
        arrayMin(arrayFilter(
            time -> time IS NOT NULL, arrayMap((start, time) -> if(start, time, NULL), r.StepStart, p.FirstSuccess))),
        w.StartedAt) AS sla_start,
    -- By currency of the amounts: what cash and credits cover, what was given up, what is left. A write-off gives up no
    -- more than is left: what was paid after all is not lost. Nothing is left of what was cancelled or has failed.
    toDecimal256(0, 9) AS nothing,
    arrayMap(
        currency -> p.Settled[indexOf(arrayMap(part -> part.2, p.Settled), currency)], m.Currencies) AS settled,
    arrayMap(part -> toDecimal256(part.3, 9) + part.4, settled) AS covered,
    arrayMap((amount, cover) -> greatest(nothing, amount - cover), m.Amounts, covered) AS uncovered,
    arrayMap(
        (rest, part) -> multiIf(
            status = 'failed', rest, status = 'cancelled', nothing, least(rest, greatest(nothing, toDecimal256(part.5, 9)))),
        uncovered, settled) AS given_up,
    arrayMap(
        (amount, cover, part) -> least(toDecimal256(most, 9), greatest(
            nothing,
            if(status = 'cancelled', toDecimal256(part.3, 9), cover - greatest(nothing, toDecimal256(amount, 9))))),
        m.Amounts, covered, settled) AS overpaid,
    toDecimal128('99999999999999999999999999999', 9) AS most
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
    coalesce(
        b.SlaDueAt,
        if(tier = 0 OR r.SlaTarget[tier] < 0, NULL, addNanoseconds(sla_start, r.SlaTarget[tier]))) AS SlaDueAt,
    coalesce(
        b.SlaAtRiskAt,
        if(tier = 0 OR r.SlaTarget[tier] < 0, NULL, addNanoseconds(sla_start, r.SlaAtRisk[tier]))) AS SlaAtRiskAt,
    r.SlaTierNames[tier] AS SlaTier,
    w.LegalEntity AS LegalEntity, w.Region AS Region,
    if(c.Name != '', c.Name, e.AccountId) AS ClientName,
    m.Currencies AS Currencies, m.Amounts AS Amounts,
    arrayMap(
        (rest, lost) -> if(status IN ('cancelled', 'failed'), toDecimal128(0, 9), toDecimal128(least(rest - lost, most), 9)),
        uncovered, given_up) AS OpenAmounts,
    arrayMap(part -> part.3, settled) AS Cash, arrayMap(part -> part.4, settled) AS Credits,
    arrayMap(lost -> toDecimal128(least(lost, most), 9), given_up) AS WriteOffs,
    arrayMap(excess -> toDecimal128(excess, 9), overpaid) AS Overpaid,
    arrayMap(
        part -> (part.2, part.3 + part.4 + part.5), arrayFilter(part -> NOT has(m.Currencies, part.2), p.Settled)) AS Elsewhere,
    e.Related AS Related, k.Known AS Known,
    arrayMap(is_done -> is_done = 1, p.Done) AS StepDone,
    arrayMap(is_required -> is_required = 1, p.Required) AS StepRequired,
    p.Attempts AS StepAttempts,
    p.Successes AS StepSuccesses,
    p.FirstSuccess AS StepFirstSuccess, p.LastSuccess AS StepLastSuccess,
    p.DoneAt AS StepDoneAt,
    p.LastFailure AS StepLastFailure, p.FailingSince AS StepFailingSince,
    deadline AS StepDeadline,
    duplicate_at AS StepDuplicateAt,
    p.Failure AS StepFailure, p.Failures AS StepFailures,
    troubles AS Troubles, exceptions AS Exceptions,
    arrayFirstIndex((is_required, is_done) -> is_required AND NOT is_done, p.Required, p.Done) AS NextStep,
    if(
        status = 'open' AND arrayExists(trouble -> trouble.1 < 4, troubles),
        arrayMin(arrayMap(trouble -> trouble.3, arrayFilter(trouble -> trouble.1 < 4, troubles))), NULL) AS StuckFrom,
    w.SpanCount AS SpanCount,
    u.Pauses AS Pauses
FROM work_transactions AS t
ANY LEFT JOIN whole AS w ON w.Tx = t.Tx
ANY LEFT JOIN work_progress AS p ON p.Tx = t.Tx
ANY LEFT JOIN work_amounts AS m ON m.Tx = t.Tx
ANY LEFT JOIN work_rules AS r ON r.No = t.No
ANY LEFT JOIN found AS f ON f.Tx = t.Tx
ANY LEFT JOIN duplicates AS d ON d.Tx = t.Tx
ANY LEFT JOIN relations AS e ON e.Tx = t.Tx
ANY LEFT JOIN work_clients AS c ON c.Tx = t.Tx
ANY LEFT JOIN work_known AS k ON k.Tx = t.Tx
ANY LEFT JOIN work_deadlines AS b ON b.Tx = t.Tx
ANY LEFT JOIN work_pauses AS u ON u.Tx = t.Tx
