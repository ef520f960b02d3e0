SELECT Owner, round(max(dateDiff('second', WaitingSince, now())) / 3600, 1) AS hours
FROM open_transactions
WHERE Stuck AND Severity IN ('critical', 'high')
GROUP BY Owner
ORDER BY Owner
