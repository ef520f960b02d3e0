-- The links that people cut: between any ids of the two entities, in both directions.
CREATE OR REPLACE TEMPORARY TABLE work_cuts ENGINE = Memory AS
SELECT DISTINCT
    c.Tenant AS Tenant, one.Type AS Type, one.Id AS Id, other.Type AS OtherType, other.Id AS OtherId
FROM
(
    SELECT toString(Tenant) AS Tenant, toString(Type) AS Type, EntityId, toString(OtherType) AS OtherType, OtherId
    FROM work_standing WHERE Kind = 'cut_link'
    UNION ALL
    SELECT toString(Tenant), toString(OtherType), OtherId, toString(Type), EntityId
    FROM work_standing WHERE Kind = 'cut_link'
) AS c
INNER JOIN work_corrected_kin AS one ON one.Tenant = c.Tenant AND one.Type = c.Type AND one.NamedId = c.EntityId
INNER JOIN work_corrected_kin AS other
    ON other.Tenant = c.Tenant AND other.Type = c.OtherType AND other.NamedId = c.OtherId
