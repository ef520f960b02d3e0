-- Per type beside the entities of one type: how many of these entities there are, and how many have several beside them.
SELECT Type, count() AS Nears, countIf(Ids > 1) AS Several
FROM
(
    SELECT Type, NearId, count() AS Ids
    FROM discover_links
    WHERE Near = {near:String}
    GROUP BY Type, NearId
)
GROUP BY Type
ORDER BY Type
