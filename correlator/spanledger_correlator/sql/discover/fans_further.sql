-- The same for what stands beside a joined entity: its roots are those that the joined entities beside it lead to.
SELECT Type, count() AS Ids, countIf(Roots = 1) AS Singles, max(Roots) AS Most
FROM
(
    SELECT l.Type AS Type, l.Id AS Id, uniqExact(r.Root) AS Roots
    FROM (SELECT * FROM discover_links WHERE Near = {near:String}) AS l
    INNER JOIN discover_reach AS r ON r.Type = l.Near AND r.Id = l.NearId
    GROUP BY Type, Id
)
GROUP BY Type
ORDER BY Type
