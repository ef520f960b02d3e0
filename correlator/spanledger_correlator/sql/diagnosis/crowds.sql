-- A span that names several entities of both types, this one among them, and does not say how they split.
SELECT SpanId
FROM $facts AS facts
WHERE Tenant = {tenant:String} AND EntityType = {type:String} AND EntityId = {id:String} AND Via = 'entity'
    AND Counts[indexOf(Types, {type:String})] > 1 AND Counts[indexOf(Types, {root:String})] > 1 AND NOT Split
ORDER BY StoredAt
LIMIT 1
