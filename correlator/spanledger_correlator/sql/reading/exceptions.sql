-- Every exception that is or was open at the clock: who must act and how bad it is by the first rules that match it, and
-- what people did about it. An action belongs to the episode that stood when its own was said to have begun, so it stays
-- with it when a late span moves the beginning; the id that people saw is followed to the one it is known under.
--
-- In levels, as the engine resolves an alias anew wherever it is used (see verdict.sql).
WITH
    acted AS
    (
        SELECT
            if(a.Process = '', a.Subject, concat(a.Process, '/', if(c.CanonicalId = '', a.RootId, c.CanonicalId))) AS Subject,
            a.Family AS Family, a.Step AS Step,
            groupArray((a.Since, a.At, a.Action, a.Who, a.Assignee, a.Until)) AS Actions
        FROM
        (
            SELECT *, if(Kind = 'rejected_record', 'failed_step', toString(Kind)) AS Family FROM exception_actions
            WHERE Tenant = {tenant:String} AND At <= {now:DateTime64(9, 'UTC')}
        ) AS a
        LEFT JOIN
        ($roots_now) AS c ON c.Type = a.RootType AND c.Id = a.RootId
        GROUP BY Subject, Family, Step
    ),
    episodes AS
    (
        SELECT
            *, if(Kind = 'rejected_record', 'failed_step', Kind) AS Family,
            row_number() OVER (PARTITION BY Subject, Family, Step ORDER BY Since) AS number,
            leadInFrame(toNullable(Since)) OVER
            (
                PARTITION BY Subject, Family, Step ORDER BY Since
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
            ) AS next
        FROM ($found)
    )
SELECT
    Subject, Process, RootType, RootId, Kind, Step, System, Since,
    if(by_person, settled.2, ended) AS Until,
    multiIf(by_person, 'person', ended IS NULL, '', Resolution) AS Resolution, Detail,
    multiIf(
        by_person OR ended IS NOT NULL, 'resolved',
        ifNull(suppressed.6 > {now:DateTime64(9, 'UTC')}, 0), 'suppressed',
        'open') AS State,
    Owner, Severity, SeverityRule, Impact, Status, ClientName, LegalEntity, Region, Currencies, Amounts, OpenAmounts,
    acknowledged.4 AS AcknowledgedBy, if(acknowledged.4 = '', NULL, acknowledged.2) AS AcknowledgedAt,
    Assignee, suppressed.6 AS SuppressedUntil,
    if(replay.4 = '', NULL, replay.2) AS ReplayAskedAt, if(by_person, settled.4, '') AS ResolvedBy,
    First, Next
FROM
(
    SELECT
        * EXCEPT (mine, severity_rule, OwnSeverity, SeverityNames, SeverityTexts),
        multiIf(OwnSeverity != '', OwnSeverity, severity_rule = 0, 'low', SeverityNames[severity_rule]) AS Severity,
        if(severity_rule = 0, '', SeverityTexts[severity_rule]) AS SeverityRule,
        arrayLast(one -> one.3 = 'acknowledged', mine) AS acknowledged,
        arrayLast(one -> one.3 = 'suppressed', mine) AS suppressed,
        arrayLast(one -> one.3 = 'replay_asked', mine) AS replay,
        arrayLast(one -> one.3 = 'assigned', mine).5 AS Assignee,
        -- A person may say that it is settled, until somebody opens it again.
        arrayLast(one -> one.3 IN ('resolved', 'reopened'), mine) AS settled,
        settled.3 = 'resolved' AND ifNull(settled.2 < ended, 1) AS by_person
    FROM
    (
        SELECT
            e.Subject AS Subject, e.Process AS Process, e.RootType AS RootType, e.RootId AS RootId, e.Kind AS Kind,
            e.Step AS Step, e.System AS System, e.Since AS Since, e.Resolution AS Resolution, e.Detail AS Detail,
            e.Impact AS Impact, e.Status AS Status, e.ClientName AS ClientName, e.LegalEntity AS LegalEntity,
            e.Region AS Region, e.Currencies AS Currencies, e.Amounts AS Amounts, e.OpenAmounts AS OpenAmounts,
            e.OwnSeverity AS OwnSeverity, e.number = 1 AS First, e.next AS Next,
            if(e.Until > {now:DateTime64(9, 'UTC')}, NULL, e.Until) AS ended,
            dateDiff('nanosecond', e.Since, {now:DateTime64(9, 'UTC')}) AS stood,
            -- sorted by when they were done
            arraySort(
                one -> one.2,
                arrayFilter(one -> (e.number = 1 OR one.1 >= e.Since) AND ifNull(one.1 < e.next, 1), a.Actions)) AS mine,
            r.SeverityNames AS SeverityNames, r.SeverityTexts AS SeverityTexts,
            arrayFirstIndex(
                (wants_stuck, wants_sla, operator, amount, currency, kinds, older, age, impacts, tiers, keys, values) ->
                    (wants_stuck = -1 OR wants_stuck = e.Stuck)
                    AND (wants_sla = '' OR wants_sla = e.SlaState)
                    AND (operator = '' OR arrayExists(
                        (own_currency, own_amount) -> own_currency = currency AND multiIf(
                            operator = '>=', own_amount >= amount,
                            operator = '>', own_amount > amount,
                            operator = '<=', own_amount <= amount,
                            own_amount < amount),
                        e.Currencies, e.OpenAmounts))
                    AND (empty(kinds) OR has(kinds, e.Kind))
                    AND (older = '' OR multiIf(
                        older = '>=', stood >= age, older = '>', stood > age, older = '<=', stood <= age, stood < age))
                    AND (empty(impacts) OR has(impacts, e.Impact))
                    AND (empty(tiers) OR has(tiers, e.SlaTier))
                    AND arrayAll((key, value) -> e.Known[key] = value, keys, values),
                r.SeverityStuck, r.SeveritySla, r.SeverityOperators, r.SeverityAmounts, r.SeverityCurrencies,
                r.SeverityExceptions, r.SeverityAgeOperators, r.SeverityAges, r.SeverityImpacts, r.SeverityTiers,
                r.SeverityConditionKeys, r.SeverityConditionValues) AS severity_rule,
            multiIf(
                e.OwnOwner != '', e.OwnOwner,
                r.OwnerNames[arrayFirstIndex(
                    (steps, errors, kinds, systems, impacts) ->
                        (empty(steps) OR has(steps, e.Step)) AND (empty(errors) OR has(errors, e.Detail['error_kind']))
                        AND (empty(kinds) OR has(kinds, e.Kind)) AND (empty(systems) OR has(systems, e.System))
                        AND (empty(impacts) OR has(impacts, e.Impact)),
                    r.OwnerSteps, r.OwnerErrors, r.OwnerExceptions, r.OwnerSystems, r.OwnerImpacts)]) AS Owner
        FROM episodes AS e
        LEFT JOIN (SELECT * FROM process_rules FINAL) AS r ON r.Process = e.Process AND r.Version = e.Version
        LEFT JOIN acted AS a ON a.Subject = e.Subject AND a.Family = e.Family AND a.Step = e.Step
    )
)
