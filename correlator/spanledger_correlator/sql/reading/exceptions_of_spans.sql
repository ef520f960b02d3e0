-- Orphans: step spans that no transaction has taken a while after they were stored. The first process that has the step
-- says who must act.
SELECT
    concat('span/', o.TraceId, '/', o.SpanId) AS Subject, toString(p.Process) AS Process, p.Version AS Version,
    '' AS RootType, '' AS RootId,
    'orphan' AS Kind, toString(o.Step) AS Step, toString(o.System) AS System,
    o.StoredAt + toIntervalSecond({grace:UInt32}) AS Since, CAST(NULL, 'Nullable(DateTime64(9, \'UTC\'))') AS Until,
    '' AS Resolution, map('reason', toString(o.Reason), 'processes', arrayStringConcat(o.Processes, ', ')) AS Detail,
    '' AS Status, false AS Stuck, '' AS SlaState, '' AS SlaTier,
    CAST(map(), 'Map(LowCardinality(String), String)') AS Known, toString(p.Impact) AS Impact, '' AS ClientName,
    '' AS LegalEntity, '' AS Region,
    CAST([], 'Array(LowCardinality(String))') AS Currencies, CAST([], 'Array(Decimal(38, 9))') AS Amounts,
    CAST([], 'Array(Decimal(38, 9))') AS OpenAmounts, '' AS OwnOwner, '' AS OwnSeverity
FROM $unattached AS o
LEFT JOIN
(
    SELECT Process, Version, Impact FROM process_rules FINAL
    WHERE (Process, Version) IN {active:Array(Tuple(String, UInt32))}
) AS p ON p.Process = arrayMin(o.Processes)
WHERE o.Tenant = {tenant:String} AND o.Reason != '' AND Since <= {now:DateTime64(9, 'UTC')}
