-- Per step: the systems it happens in, the impact that spans state, and how many carry an amount.
SELECT
    Step, sumMap(map(System, toUInt64(1))) AS Systems, sumMap(map(Impact, toUInt64(1))) AS Impacts,
    countIf(Amount IS NOT NULL) AS Amounts, arraySort(groupUniqArrayIf(20)(Currency, Amount IS NOT NULL)) AS Currencies
FROM discover_spans
WHERE Step != '' AND Key IN (SELECT Key FROM discover_attached)
GROUP BY Step
ORDER BY Step
