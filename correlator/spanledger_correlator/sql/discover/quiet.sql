-- Per step: how many transactions without the end step it has ended, with nothing after it since before a moment.
SELECT Step, countIf(Last = Ended AND Ended < {before:DateTime64(9, 'UTC')}) AS Roots
FROM (SELECT *, max(Last) OVER (PARTITION BY Root) AS Ended FROM discover_by_root)
WHERE Root NOT IN (SELECT Root FROM discover_by_root WHERE Step = {end:String} AND Times > 0)
GROUP BY Step
ORDER BY Step
