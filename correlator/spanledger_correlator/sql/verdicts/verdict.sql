-- State and clock make the verdict. A closed transaction's clock stopped when it closed.
--
-- A verdict is the same at every clock between two moments at which something about it may change: it holds from the last
-- of them that has come until the next. `Moments` may name more than do change it, and never fewer.
--
-- Within one SELECT the engine resolves an alias anew wherever it is used, and all that it is made of, and every level of
-- SELECTs costs something for each of its columns: three levels are what took least to plan.
WITH
    toInt64(-2208988800000000000) AS dawn,  -- 1900-01-01 and 2262-01-01: moments before and after all others
    toInt64(9214646400000000000) AS dusk
SELECT
    * EXCEPT (rule_applies, severity_rule, SeverityNames, SeverityTexts, SeverityCurrencies, moments, clock, clock_ns,
        waited, waiting_since_ns, step_at_risk_from),
    if(severity_rule = 0, 'low', SeverityNames[severity_rule]) AS Severity,
    if(severity_rule = 0, '', SeverityTexts[severity_rule]) AS SeverityRule,
    -- Rates that rules before that one would have needed.
    arrayDistinct(arrayFlatten(arrayMap(
        (applies, currency, number) -> arrayMap(
            own -> concat(own, '/', currency),
            arrayFilter(
                own -> applies AND currency != '' AND (severity_rule = 0 OR number < severity_rule)
                    AND Status = 'open' AND own != currency AND NOT has($rated, (own, currency)),
                arrayMap(own -> toString(own), Currencies))),
        rule_applies, SeverityCurrencies, arrayEnumerate(SeverityNames)))) AS RateMissing,
    fromUnixTimestamp64Nano(
        arrayMax(moment -> if(moment <= clock_ns, moment, dawn), arrayPushBack(moments, dawn)), 'UTC') AS HoldsFrom,
    fromUnixTimestamp64Nano(
        arrayMin(moment -> if(moment > clock_ns, moment, dusk), arrayPushBack(moments, dusk)), 'UTC') AS HoldsUntil
FROM
(
    SELECT
        Tenant, Process, Version, concat(Process, '/', RootId) AS Key, RootType, RootId, Status, clock, Stuck, Paused,
        if(Paused, paused_at, NULL) AS PausedAt,
        if(waiting = 0, '', StepNames[waiting]) AS WaitingFor,
        if(
            waiting = 0, NULL,
            coalesce(
                arrayMax(arrayFilter(time -> time IS NOT NULL, arraySlice(StepLastSuccess, 1, waiting - 1))),
                StartedAt)) AS WaitingSince,
        multiIf(
            NOT Stuck, '',
            trouble.1 = 1, if(StepFailure[waiting].1 = 'rejected', 'rejected_record', 'failed_step'),
            trouble.1 = 2, 'overdue_step',
            'missing_step') AS WhyKind,
        if(failed, StepFailure[waiting].2, '') AS WhyErrorKind,
        if(failed, StepFailure[waiting].3, '') AS WhyCode,
        if(failed, StepFailure[waiting].4, '') AS WhyMessage,
        multiIf(
            failed AND StepFailure[waiting].5 != '', StepFailure[waiting].5,
            waiting = 0, '',
            StepSystems[waiting]) AS WhySystem,
        if(waiting = 0, 0, StepFailures[waiting]) AS Attempts,
        if(waiting = 0 OR ifNull(StepDeadline[waiting] >= PausedAt, false), NULL, StepDeadline[waiting]) AS DueAt,
        multiIf(
            SlaEndsAt IS NULL OR Status IN ('cancelled', 'failed'), '',
            Status = 'completed', if(least(ClosedAt, ifNull(paused_at, ClosedAt)) <= SlaEndsAt, 'met', 'met_late'),
            running_clock > SlaEndsAt, 'breached',
            running_clock >= SlaAtRiskAt, 'at_risk',
            'on_track') AS SlaState,
        if(ifNull(SlaEndsAt >= PausedAt, false), NULL, SlaEndsAt) AS SlaDueAt,
        SlaEndsAt, Pauses, SlaTier,
        arrayMap(
            (wants_stuck, wants_sla, kinds, older, age, impacts, tiers, keys, values) ->
                (wants_stuck = -1 OR wants_stuck = Stuck)
                AND (wants_sla = '' OR wants_sla = SlaState)
                AND (empty(kinds) OR hasAny(kinds, ExceptionKinds))
                AND (older = '' OR ifNull(multiIf(
                    older = '>=', waited >= age, older = '>', waited > age, older = '<=', waited <= age,
                    waited < age), 0))
                AND (empty(impacts) OR has(impacts, Impact))
                AND (empty(tiers) OR has(tiers, SlaTier))
                AND arrayAll((key, value) -> Known[key] = value, keys, values),
            SeverityStuck, SeveritySla, SeverityExceptions, SeverityAgeOperators, SeverityAges, SeverityImpacts,
            SeverityTiers, SeverityConditionKeys, SeverityConditionValues) AS rule_applies,
        dateDiff('nanosecond', WaitingSince, clock) AS waited,
        arrayFirstIndex(
            (applies, operator, amount, currency) -> applies AND (operator = '' OR arrayExists(
                own -> own.1 = currency AND multiIf(
                    operator = '>=', own.2 >= amount,
                    operator = '>', own.2 > amount,
                    operator = '<=', own.2 <= amount,
                    own.2 < amount),
                held)),
            rule_applies, SeverityOperators, SeverityAmounts, SeverityCurrencies) AS severity_rule,
        SeverityNames, SeverityTexts, SeverityCurrencies,
        Impact,
        OwnerNames[arrayFirstIndex(
            (steps, errors, kinds, systems, impacts) ->
                (empty(steps) OR has(steps, WaitingFor)) AND (empty(errors) OR has(errors, WhyErrorKind))
                AND (empty(kinds) OR has(kinds, WhyKind)) AND (empty(systems) OR has(systems, WhySystem))
                AND (empty(impacts) OR has(impacts, Impact)),
            OwnerSteps, OwnerErrors, OwnerExceptions, OwnerSystems, OwnerImpacts)] AS Owner,
        Currencies, Amounts, OpenAmounts, Cash, Credits, WriteOffs, Overpaid, Elsewhere, LegalEntity, Region, ClientName,
        Related, StartedAt, LastActivityAt, ClosedAt, Known, StepSystems, StepNames, StepFirstSuccess, StepLastSuccess,
        StepLastFailure, StepFailingSince, StepDoneAt, StepDeadline, StepAttempts, StepDone, StepRequired, StepFailure,
        arrayMap(
            (due, at_risk_from, is_required, is_done, done_at) -> multiIf(
                due IS NULL OR NOT is_required, '',
                is_done, if(ifNull(least(done_at, ifNull(paused_at, done_at)) <= due, 0), 'met', 'met_late'),
                Status != 'open', '',
                running_clock > due, 'breached',
                running_ns >= at_risk_from, 'at_risk',
                'on_track'),
            StepDeadline, step_at_risk_from, StepRequired, StepDone, StepDoneAt) AS StepSlaState,
        Exceptions, open_exceptions.Kind AS ExceptionKinds,
        arrayMap(position -> StepNames[position], open_exceptions.Position) AS ExceptionSteps,
        open_exceptions.From AS ExceptionSince,
        StateVersion, toUnixTimestamp64Nano(clock) AS clock_ns,
        arrayConcat(state_moments, if(Status != 'open', [], arrayConcat(
            step_at_risk_from,
            -- An SLA and a deadline are exceeded a nanosecond after they are reached.
            arrayMap(
                moment -> toUnixTimestamp64Nano(assumeNotNull(moment)) + 1,
                arrayFilter(moment -> moment IS NOT NULL, arrayPushBack(StepDeadline, SlaEndsAt))),
            arrayMap(
                moment -> toUnixTimestamp64Nano(assumeNotNull(moment)),
                arrayFilter(moment -> moment IS NOT NULL, [paused_at, SlaAtRiskAt])),
            -- A rule may ask how long it has waited.
            if(WaitingSince IS NULL, [], arrayFlatten(arrayMap(
                age -> [waiting_since_ns + age, waiting_since_ns + age + 1], SeverityAges)))))) AS moments,
        toUnixTimestamp64Nano(ifNull(WaitingSince, StartedAt)) AS waiting_since_ns,
        -- From when on a step is at risk: once a share of its budget is used, by its clock, which stands in pauses.
        arrayMap(
            (due, anchor) -> if(due IS NULL, dusk, toInt64(arrayFold(
                (moment, from, until) -> if(
                    from < moment AND until > anchor, moment + until - greatest(from, anchor), moment),
                paused_from, paused_until,
                anchor + arrayMap(
                    part -> if(part < 0, intDiv(part, 100000), intDiv(part + 99999, 100000)),
                    [at_risk_share * (toUnixTimestamp64Nano(assumeNotNull(due)) - anchor - arraySum(
                        (from, until) -> greatest(
                            0, least(until, toUnixTimestamp64Nano(assumeNotNull(due))) - greatest(from, anchor)),
                        paused_from, paused_until))])[1]))),
            StepDeadline, step_anchor) AS step_at_risk_from
    FROM
    (
        SELECT
            t.* EXCEPT (Version, RuleVersion, SlaDueAt, NextStep, Troubles, StuckFrom),
            t.RuleVersion AS Version, t.Version AS StateVersion, t.SlaDueAt AS SlaEndsAt,
            {now:DateTime64(9, 'UTC')} AS clock,
            -- While a pause lasts, deadlines and the SLA stand where they stood when it began.
            if(empty(t.Pauses) OR t.Pauses[-1].2 IS NOT NULL, NULL, toNullable(t.Pauses[-1].1)) AS paused_at,
            ifNull(t.Status = 'open' AND paused_at <= clock, false) AS Paused,
            if(Paused, least(clock, assumeNotNull(paused_at)), clock) AS running_clock,
            arrayFirst(trouble -> trouble.1 < 4 AND trouble.3 <= clock, t.Troubles) AS trouble,
            ifNull(t.StuckFrom <= clock, 0) AS Stuck,
            multiIf(t.Status != 'open', 0, Stuck AND trouble.1 < 3, trouble.2, t.NextStep) AS waiting,
            Stuck AND trouble.1 = 1 AS failed,
            $held AS held,
            arrayFilter(one -> one.From <= clock AND ifNull(one.Until > clock, 1), t.Exceptions) AS open_exceptions,
            toInt128(toUnixTimestamp64Nano(running_clock)) AS running_ns,
            arrayFilter(pause -> pause.Until IS NOT NULL, t.Pauses) AS over,
            arrayMap(pause -> toInt128(toUnixTimestamp64Nano(pause.From)), over) AS paused_from,
            arrayMap(pause -> toInt128(toUnixTimestamp64Nano(assumeNotNull(pause.Until))), over) AS paused_until,
            -- A step's budget runs from its anchor, else from the step that states its due date. It is at risk from the
            -- share of the SLA on, or from four fifths; measured as time elapses, without the pauses (in
            -- hundred-thousandths).
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
            arrayConcat(
                arrayMap(from -> toUnixTimestamp64Nano(from), arrayConcat(t.Troubles.From, t.Exceptions.From)),
                arrayMap(
                    until -> toUnixTimestamp64Nano(assumeNotNull(until)),
                    arrayFilter(until -> until IS NOT NULL, arrayPushBack(t.Exceptions.Until, t.StuckFrom)))
                ) AS state_moments,
            r.StepNames AS StepNames, r.StepSystems AS StepSystems,
            r.SeverityNames AS SeverityNames, r.SeverityTexts AS SeverityTexts, r.SeverityStuck AS SeverityStuck,
            r.SeveritySla AS SeveritySla, r.SeverityExceptions AS SeverityExceptions,
            r.SeverityAgeOperators AS SeverityAgeOperators, r.SeverityAges AS SeverityAges,
            r.SeverityImpacts AS SeverityImpacts, r.SeverityTiers AS SeverityTiers,
            r.SeverityConditionKeys AS SeverityConditionKeys, r.SeverityConditionValues AS SeverityConditionValues,
            r.SeverityOperators AS SeverityOperators, r.SeverityAmounts AS SeverityAmounts,
            r.SeverityCurrencies AS SeverityCurrencies,
            r.OwnerNames AS OwnerNames, r.OwnerSteps AS OwnerSteps, r.OwnerErrors AS OwnerErrors,
            r.OwnerExceptions AS OwnerExceptions, r.OwnerSystems AS OwnerSystems, r.OwnerImpacts AS OwnerImpacts
        FROM $states AS t
        INNER JOIN
        (
            SELECT * FROM process_rules FINAL
        ) AS r ON r.Process = t.Process AND r.Version = t.RuleVersion
    )
)
