-- State and clock make the verdict. A closed transaction's clock stopped when it closed.
SELECT
    t.Tenant AS Tenant, t.Process AS Process, t.RuleVersion AS Version, concat(t.Process, '/', t.RootId) AS Key,
    t.RootType AS RootType, t.RootId AS RootId, t.Status AS Status,
    {now:DateTime64(9, 'UTC')} AS clock,
    -- While a pause lasts, deadlines and the SLA stand where they stood when it began.
    if(empty(t.Pauses) OR t.Pauses[-1].2 IS NOT NULL, NULL, toNullable(t.Pauses[-1].1)) AS paused_at,
    ifNull(t.Status = 'open' AND paused_at <= clock, false) AS Paused,
    if(Paused, paused_at, NULL) AS PausedAt,
    if(Paused, least(clock, assumeNotNull(paused_at)), clock) AS running_clock,
    arrayFirst(trouble -> trouble.1 < 4 AND trouble.3 <= clock, t.Troubles) AS trouble,
    ifNull(t.StuckFrom <= clock, 0) AS Stuck,
    multiIf(t.Status != 'open', 0, Stuck AND trouble.1 < 3, trouble.2, t.NextStep) AS waiting,
    if(waiting = 0, '', r.StepNames[waiting]) AS WaitingFor,
    if(waiting = 0, '', r.StepSystems[waiting]) AS waiting_system,
    if(
        waiting = 0, NULL,
        coalesce(
            arrayMax(arrayFilter(time -> time IS NOT NULL, arraySlice(t.StepLastSuccess, 1, waiting - 1))),
            t.StartedAt)) AS WaitingSince,
    dateDiff('nanosecond', WaitingSince, clock) AS waited,
    multiIf(
        NOT Stuck, '',
        trouble.1 = 1, if(t.StepFailure[waiting].1 = 'rejected', 'rejected_record', 'failed_step'),
        trouble.1 = 2, 'overdue_step',
        'missing_step') AS WhyKind,
    Stuck AND trouble.1 = 1 AS failed,
    if(failed, t.StepFailure[waiting].2, '') AS WhyErrorKind,
    if(failed, t.StepFailure[waiting].3, '') AS WhyCode,
    if(failed, t.StepFailure[waiting].4, '') AS WhyMessage,
    if(failed AND t.StepFailure[waiting].5 != '', t.StepFailure[waiting].5, waiting_system) AS WhySystem,
    if(waiting = 0, 0, t.StepFailures[waiting]) AS Attempts,
    if(waiting = 0 OR ifNull(t.StepDeadline[waiting] >= PausedAt, false), NULL, t.StepDeadline[waiting]) AS DueAt,
    multiIf(
        t.SlaDueAt IS NULL OR t.Status IN ('cancelled', 'failed'), '',
        t.Status = 'completed', if(least(t.ClosedAt, ifNull(paused_at, t.ClosedAt)) <= t.SlaDueAt, 'met', 'met_late'),
        running_clock > t.SlaDueAt, 'breached',
        running_clock >= t.SlaAtRiskAt, 'at_risk',
        'on_track') AS SlaState,
    if(ifNull(t.SlaDueAt >= PausedAt, false), NULL, t.SlaDueAt) AS SlaDueAt,
    t.SlaDueAt AS SlaEndsAt, t.Pauses AS Pauses,
    t.SlaTier AS SlaTier,
    $held AS held,
    arrayMap(
        (wants_stuck, wants_sla, kinds, older, age, impacts, tiers, keys, values) ->
            (wants_stuck = -1 OR wants_stuck = Stuck)
            AND (wants_sla = '' OR wants_sla = SlaState)
            AND (empty(kinds) OR hasAny(kinds, ExceptionKinds))
            AND (older = '' OR ifNull(multiIf(
                older = '>=', waited >= age, older = '>', waited > age, older = '<=', waited <= age, waited < age), 0))
            AND (empty(impacts) OR has(impacts, t.Impact))
            AND (empty(tiers) OR has(tiers, t.SlaTier))
            AND arrayAll((key, value) -> t.Known[key] = value, keys, values),
        r.SeverityStuck, r.SeveritySla, r.SeverityExceptions, r.SeverityAgeOperators, r.SeverityAges, r.SeverityImpacts,
        r.SeverityTiers, r.SeverityConditionKeys, r.SeverityConditionValues) AS rule_applies,
    arrayFirstIndex(
        (applies, operator, amount, currency) -> applies AND (operator = '' OR arrayExists(
            own -> own.1 = currency AND multiIf(
                operator = '>=', own.2 >= amount,
                operator = '>', own.2 > amount,
                operator = '<=', own.2 <= amount,
                own.2 < amount),
            held)),
        rule_applies, r.SeverityOperators, r.SeverityAmounts, r.SeverityCurrencies) AS severity_rule,
    if(severity_rule = 0, 'low', r.SeverityNames[severity_rule]) AS Severity,
    if(severity_rule = 0, '', r.SeverityTexts[severity_rule]) AS SeverityRule,
    -- Rates that rules before that one would have needed.
    arrayDistinct(arrayFlatten(arrayMap(
        (applies, currency, number) -> arrayMap(
            own -> concat(own, '/', currency),
            arrayFilter(
                own -> applies AND currency != '' AND (severity_rule = 0 OR number < severity_rule)
                    AND t.Status = 'open' AND own != currency AND NOT has($rated, (own, currency)),
                arrayMap(own -> toString(own), t.Currencies))),
        rule_applies, r.SeverityCurrencies, arrayEnumerate(r.SeverityNames)))) AS RateMissing,
    t.Impact AS Impact,
    r.OwnerNames[arrayFirstIndex(
        (steps, errors, kinds, systems, impacts) ->
            (empty(steps) OR has(steps, WaitingFor)) AND (empty(errors) OR has(errors, WhyErrorKind))
            AND (empty(kinds) OR has(kinds, WhyKind)) AND (empty(systems) OR has(systems, WhySystem))
            AND (empty(impacts) OR has(impacts, t.Impact)),
        r.OwnerSteps, r.OwnerErrors, r.OwnerExceptions, r.OwnerSystems, r.OwnerImpacts)] AS Owner,
    t.Currencies AS Currencies, t.Amounts AS Amounts, t.OpenAmounts AS OpenAmounts,
    t.Cash AS Cash, t.Credits AS Credits, t.WriteOffs AS WriteOffs, t.Overpaid AS Overpaid, t.Elsewhere AS Elsewhere,
    t.LegalEntity AS LegalEntity, t.Region AS Region, t.ClientName AS ClientName, t.Related AS Related,
    t.StartedAt AS StartedAt, t.LastActivityAt AS LastActivityAt, t.ClosedAt AS ClosedAt,
    t.Known AS Known, t.SlaTier AS SlaTier, r.StepSystems AS StepSystems,
    r.StepNames AS StepNames, t.StepFirstSuccess AS StepFirstSuccess, t.StepLastSuccess AS StepLastSuccess,
    t.StepLastFailure AS StepLastFailure, t.StepFailingSince AS StepFailingSince, t.StepDoneAt AS StepDoneAt,
    t.StepDeadline AS StepDeadline, t.StepAttempts AS StepAttempts,
    t.StepDone AS StepDone, t.StepRequired AS StepRequired, t.StepFailure AS StepFailure,
    -- A step's budget runs from its anchor, else from the step that states its due date. It is at risk from the share of
    -- the SLA on, or from four fifths; measured as time elapses, without the pauses (in hundred-thousandths).
    multiIf(
        notEmpty(r.Budgets), toInt128(r.Budgets[1].Share),
        notEmpty(r.SlaTarget), intDiv(toInt128(r.SlaAtRisk[1]) * 100000, greatest(r.SlaTarget[1], 1)),
        toInt128(80000)) AS at_risk_share,
    arrayMap(
        (position, anchor, due_from) -> toInt128(toUnixTimestamp64Nano(ifNull(
            coalesce(
                t.StepFirstSuccess[anchor],
                t.StepFirstSuccess[greatest(
                    due_from, arrayFirst(budget -> budget.Position = position, r.Budgets).DueFrom)]),
            t.StartedAt))),
        arrayEnumerate(r.StepNames), r.StepAnchor, r.StepDueFrom) AS step_anchor,
    toInt128(toUnixTimestamp64Nano(running_clock)) AS running_ns,
    arrayFilter(pause -> pause.Until IS NOT NULL, t.Pauses) AS over,
    arrayMap(pause -> toInt128(toUnixTimestamp64Nano(pause.From)), over) AS paused_from,
    arrayMap(pause -> toInt128(toUnixTimestamp64Nano(assumeNotNull(pause.Until))), over) AS paused_until,
    arrayMap(
        (due, anchor, is_required, is_done, done_at) -> multiIf(
            due IS NULL OR NOT is_required, '',
            is_done, if(ifNull(least(done_at, ifNull(paused_at, done_at)) <= due, 0), 'met', 'met_late'),
            t.Status != 'open', '',
            running_clock > due, 'breached',
            100000 * (running_ns - anchor - arraySum(
                (from, until) -> greatest(0, least(until, running_ns) - greatest(from, anchor)), paused_from, paused_until))
            >= at_risk_share * (toUnixTimestamp64Nano(assumeNotNull(due)) - anchor - arraySum(
                (from, until) -> greatest(
                    0, least(until, toUnixTimestamp64Nano(assumeNotNull(due))) - greatest(from, anchor)),
                paused_from, paused_until)), 'at_risk',
            'on_track'),
        t.StepDeadline, step_anchor, t.StepRequired, t.StepDone, t.StepDoneAt) AS StepSlaState,
    t.Exceptions AS Exceptions,
    arrayFilter(one -> one.From <= clock AND ifNull(one.Until > clock, 1), t.Exceptions) AS open_exceptions,
    open_exceptions.Kind AS ExceptionKinds,
    arrayMap(position -> r.StepNames[position], open_exceptions.Position) AS ExceptionSteps,
    open_exceptions.From AS ExceptionSince
FROM $states AS t
INNER JOIN
(
    SELECT * FROM process_rules FINAL
) AS r ON r.Process = t.Process AND r.Version = t.RuleVersion
WHERE t.Tenant = {tenant:String}
