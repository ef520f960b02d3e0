-- How many roots wait to be judged, and how many of them are not heavy.
SELECT count() AS Waiting, countIf((Tenant, Type, Id) NOT IN (SELECT Tenant, Type, Id FROM heavy_roots)) AS Light
FROM deferred_roots FINAL
