SELECT System, round(dateDiff('second', max(StoredAt), now()) / 3600, 1) AS hours
FROM spans
WHERE Step != '' AND StoredAt >= now() - INTERVAL 8 DAY
GROUP BY System
ORDER BY System
