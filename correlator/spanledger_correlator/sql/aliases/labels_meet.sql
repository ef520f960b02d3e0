-- All ids under one label take the least of the labels that a new alias joins it to.
CREATE OR REPLACE TEMPORARY TABLE work_labels ENGINE = Memory AS
SELECT
    l.Tenant AS Tenant, l.Type AS Type, l.Id AS Id, l.Node AS Node,
    if(m.Least != '' AND m.Least < l.Label, m.Least, l.Label) AS Label
FROM work_labels AS l
LEFT JOIN
(
    SELECT one.Tenant AS Tenant, one.Type AS Type, one.Label AS Label, min(other.Label) AS Least
    FROM work_alias_edges AS e
    INNER JOIN work_labels AS one ON one.Node = e.Node
    INNER JOIN work_labels AS other ON other.Node = e.OtherNode
    GROUP BY Tenant, Type, Label
) AS m ON m.Tenant = l.Tenant AND m.Type = l.Type AND m.Label = l.Label
