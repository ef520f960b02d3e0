-- Transactions around one entity: it is their root, it stands beside them, or a span names both.
SELECT DISTINCT Process, RootId
FROM $states AS t
WHERE Tenant = {tenant:String} AND (
    (RootType = {type:String} AND RootId = {id:String})
    OR has(Related, ({type:String}, {id:String})) OR has(Related, ({type:String}, {named:String}))
    OR (RootType, RootId) IN
    (
        SELECT single.1, single.2
        FROM $facts AS facts
        ARRAY JOIN arrayZip(mapKeys(Singles), mapValues(Singles)) AS single
        WHERE Tenant = {tenant:String} AND EntityType = {type:String} AND EntityId IN ({id:String}, {named:String})
    ))
ORDER BY Process, RootId
