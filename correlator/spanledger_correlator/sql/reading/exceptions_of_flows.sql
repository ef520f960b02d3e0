-- What should have come and did not, beside any transaction, as `flow_exceptions` found it at the clock.
SELECT
    concat('flow/', flow.2) AS Subject, '' AS Process, toUInt32(0) AS Version, '' AS RootType, '' AS RootId,
    flow.1 AS Kind, '' AS Step, '' AS System,
    fromUnixTimestamp64Nano(flow.3, 'UTC') AS Since,
    if(flow.4 = 0, NULL, fromUnixTimestamp64Nano(flow.4, 'UTC')) AS Until,
    if(flow.4 = 0, '', 'came') AS Resolution, map('told', flow.5) AS Detail,
    '' AS Status, false AS Stuck, '' AS SlaState, '' AS SlaTier,
    CAST(map(), 'Map(LowCardinality(String), String)') AS Known, flow.6 AS Impact, '' AS ClientName,
    '' AS LegalEntity, '' AS Region,
    CAST(flow.9, 'Array(LowCardinality(String))') AS Currencies,
    arrayMap(amount -> toDecimal128(amount, 9), flow.10) AS Amounts, Amounts AS OpenAmounts,
    flow.7 AS OwnOwner, flow.8 AS OwnSeverity
FROM
(
    SELECT arrayJoin({flows:Array(Tuple(String, String, Int64, Int64, String, String, String, String, Array(String), Array(String)))})
        AS flow
)
