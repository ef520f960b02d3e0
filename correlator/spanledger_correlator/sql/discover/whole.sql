-- The transactions as a whole: how many, how many spans, from when to when.
SELECT
    (SELECT count() FROM discover_roots) AS Roots, (SELECT count() FROM discover_spans WHERE Step != '') AS Spans,
    toString(toDate32(min(At))) AS FirstDay, toString(toDate32(max(At))) AS LastDay, max(At) AS Newest
FROM discover_spans
WHERE Step != ''
