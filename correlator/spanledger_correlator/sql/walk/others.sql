-- What the links of what has been reached lead to.
SELECT links.Tenant AS Tenant, links.OtherType AS Type, links.OtherId AS Id
FROM $links AS links
WHERE (links.Tenant, links.Type, links.Id) IN (SELECT Tenant, Type, Id FROM $walk)
