-- The entities around each transaction, the age of the span that named each last, and whether that may be news.
CREATE OR REPLACE TEMPORARY TABLE work_related ENGINE = Memory AS
SELECT
    a.Tx AS Tx, any(a.Tenant) AS Tenant, toString(a.SingleType) AS Type, a.Id AS Id, max(a.Age) AS LastAge,
    max(a.New) AS New
FROM
(
    SELECT Tx, Tenant, Age, SingleType, Id, $new AS New
    FROM work_attached
    ARRAY JOIN mapKeys(Singles) AS SingleType, mapValues(Singles) AS Id
) AS a
WHERE (bitAnd(a.Tx, 65535), toString(a.SingleType)) IN (SELECT No, Type FROM work_rule_related_types)
GROUP BY Tx, Type, Id
