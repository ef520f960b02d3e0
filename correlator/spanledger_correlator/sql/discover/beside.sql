-- Per type beside the transactions: on how many of their spans, and how many entities.
SELECT Type, uniqExact(Key) AS Spans, uniqExact(Id) AS Ids FROM discover_names
WHERE Key IN (SELECT Key FROM discover_attached)
GROUP BY Type
ORDER BY Spans DESC, Type
