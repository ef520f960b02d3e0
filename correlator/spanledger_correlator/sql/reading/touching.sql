-- Transactions around one entity: it is their root, a span names it beside their root, or it stands beside them.
WITH
    roots AS
    (
        SELECT {type:String} AS Type, {id:String} AS Id
        UNION DISTINCT
        SELECT toString(single.1) AS Type, single.2 AS Id
        FROM
        (
            SELECT Singles FROM $facts AS facts
            WHERE Tenant = {tenant:String} AND EntityType = {type:String} AND EntityId IN ({id:String}, {named:String})
            UNION ALL
            SELECT Singles FROM $namings AS namings
            WHERE Tenant = {tenant:String} AND EntityType = {type:String} AND EntityId IN ({id:String}, {named:String})
        )
        ARRAY JOIN arrayZip(mapKeys(Singles), mapValues(Singles)) AS single
    ),
    keys AS
    (
        SELECT DISTINCT {tenant:String} AS Tenant, toString(p.Process) AS Process, roots.Id AS RootId
        FROM process_rules AS p
        INNER JOIN roots ON roots.Type = p.RootType
        UNION DISTINCT
        SELECT Tenant, toString(Process) AS Process, RootId
        FROM $beside AS beside
        WHERE Tenant = {tenant:String} AND Type = {type:String} AND Id IN ({id:String}, {named:String})
    )
SELECT Process, RootId
FROM $states AS t
WHERE Tenant = {tenant:String} AND (Tenant, Process, RootId) IN (SELECT Tenant, Process, RootId FROM keys)
    AND ((toString(RootType), RootId) IN (SELECT Type, Id FROM roots) OR length(Related) = 200
        OR has(Related, ({type:String}, {id:String})) OR has(Related, ({type:String}, {named:String})))
ORDER BY Process, RootId
