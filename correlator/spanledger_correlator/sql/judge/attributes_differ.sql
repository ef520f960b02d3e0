-- Whether any entity at hand has had two values of an attribute on which systems must agree: one row then, else none.
SELECT 1 AS differ
FROM
(
    SELECT Tenant, Type, Id, Key, Value FROM $entity_attributes AS entity_attributes
    WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_subject_kin)
        AND (Type, Key) IN (SELECT arrayJoin({agreed:Array(Tuple(String, String))}))
        AND System != ''
) AS a
INNER JOIN work_subject_kin AS k ON k.Tenant = a.Tenant AND k.Type = a.Type AND k.Id = a.Id
GROUP BY k.Tenant, k.Type, k.NamedId, a.Key
HAVING uniqExact(a.Value) > 1
LIMIT 1
