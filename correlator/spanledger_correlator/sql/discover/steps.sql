-- Per step: in how many transactions it succeeded, in how many more than once, and how many it begins or ends.
SELECT
    Step, countIf(Times > 0) AS Roots, countIf(Times > 1) AS Repeated, sum(Times) AS Successes,
    sum(Refusals) AS Refused, countIf(First = Begun) AS Begins, countIf(Last = Ended) AS Ends
FROM
(
    SELECT *, min(First) OVER (PARTITION BY Root) AS Begun, max(Last) OVER (PARTITION BY Root) AS Ended
    FROM discover_by_root
)
GROUP BY Step
ORDER BY Step
