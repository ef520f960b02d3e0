-- Per step: in how many of the transactions that have the end step it happened.
SELECT Step, count() AS Roots
FROM discover_by_root
WHERE Times > 0 AND Root IN (SELECT Root FROM discover_by_root WHERE Step = {end:String} AND Times > 0)
GROUP BY Step
ORDER BY Step
