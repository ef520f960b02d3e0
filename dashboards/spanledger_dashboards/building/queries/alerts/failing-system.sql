SELECT System, round(countIf(Outcome IN ('failure', 'rejected')) / count(), 3) AS share
FROM spans
WHERE Step != '' AND StoredAt >= now() - INTERVAL 30 MINUTE
GROUP BY System
HAVING count() >= 10
ORDER BY System
