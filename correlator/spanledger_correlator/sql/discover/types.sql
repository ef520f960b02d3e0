-- The entity types that spans with a step name, and the placeholders among their ids.
SELECT
    toString(Type) AS Type, uniq(Id) AS Ids, count() AS Spans,
    arraySort(groupUniqArrayIf(100)(Id, lower(Id) IN {placeholders:Array(String)})) AS Placeholders
FROM
(
    SELECT kind AS Type, id AS Id
    FROM spans ARRAY JOIN EntityTypes AS kind, EntityIds AS id
    WHERE Tenant = {tenant:String} AND Step != '' AND StoredAt <= {now:DateTime64(9, 'UTC')}
)
GROUP BY Type
ORDER BY Spans DESC, Type
