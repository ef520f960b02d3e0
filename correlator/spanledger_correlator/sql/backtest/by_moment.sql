SELECT Change AS change, At AS at, count() AS transactions, sumMap(Money) AS money
FROM changes
GROUP BY change, at
ORDER BY at, change
