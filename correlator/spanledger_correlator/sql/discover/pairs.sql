-- Of two steps: in how many transactions both happened, and in how many the one happened first.
SELECT a.Step AS One, b.Step AS Other, countIf(a.First < b.First) AS OneFirst, countIf(a.First > b.First) AS OtherFirst
FROM (SELECT * FROM discover_by_root WHERE First IS NOT NULL) AS a
INNER JOIN (SELECT * FROM discover_by_root WHERE First IS NOT NULL) AS b ON b.Root = a.Root
WHERE a.Step < b.Step
GROUP BY One, Other
ORDER BY One, Other
