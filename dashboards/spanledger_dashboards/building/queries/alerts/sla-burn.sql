SELECT Process, round(countIf(SlaState IN ('met_late', 'breached')) / count(), 3) AS late
FROM transactions
WHERE SlaState IN ('met', 'met_late', 'breached') AND SlaDueAt BETWEEN now() - INTERVAL 6 HOUR AND now()
GROUP BY Process
HAVING count() >= 10
ORDER BY Process
