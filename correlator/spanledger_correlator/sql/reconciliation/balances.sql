-- Each period and key of one rule: both sides, their difference, and how it stands at the clock.
SELECT
    Period AS period, Keys AS keys, Unit AS unit, Lefts AS left, Rights AS right, Difference AS difference,
    SettledAt AS settled_at,
    multiIf(Within, 'balanced', SettledAt > {clock:Int64}, 'open', 'gap') AS state
FROM
(
    SELECT
        Period, Keys, Unit,
        $left AS Lefts, $right AS Rights, Lefts - Rights AS Difference,
        toDecimal256(abs(Difference), 9) <= greatest(
            toDecimal256({absolute:Decimal(38, 9)}, 9),
            toDecimal256(greatest(abs(Lefts), abs(Rights)), 9) * {percent:Decimal(18, 6)}) AS Within,
        {settled:Array(Int64)}[indexOf({periods:Array(String)}, Period)] AS SettledAt
    FROM work_sides
    WHERE Period IN {periods:Array(String)}
    GROUP BY Period, Keys, Unit
)
WHERE empty({states:Array(String)}) OR has({states:Array(String)}, state)
ORDER BY period DESC, keys, unit
LIMIT {limit:UInt64}
