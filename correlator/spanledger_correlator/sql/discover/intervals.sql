-- Of each pair of steps: the seconds from the first success of the one to the first of the other, where they came so,
-- and how often the other came before.
SELECT
    p.1 AS Anchor, p.2 AS Step, countIf(b.First >= a.First) AS Times, countIf(b.First < a.First) AS Before,
    quantilesExactInclusiveIf(0.5, 0.9, 0.95)(
        (toUnixTimestamp64Nano(assumeNotNull(b.First)) - toUnixTimestamp64Nano(assumeNotNull(a.First))) / 1e9,
        b.First >= a.First) AS Seconds
FROM (SELECT arrayJoin({pairs:Array(Tuple(String, String))}) AS p) AS w
INNER JOIN (SELECT * FROM discover_by_root WHERE First IS NOT NULL) AS a ON a.Step = w.p.1
INNER JOIN (SELECT * FROM discover_by_root WHERE First IS NOT NULL) AS b ON b.Root = a.Root AND b.Step = w.p.2
GROUP BY Anchor, Step
ORDER BY Anchor, Step
