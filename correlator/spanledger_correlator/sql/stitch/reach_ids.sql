-- The joined entities of the transactions in scope, under every id they go by, and how many roots each leads to.
CREATE OR REPLACE TEMPORARY TABLE work_reach_ids ENGINE = Memory AS
SELECT
    k.Tenant AS Tenant, r.No AS No, s.Root AS Root, k.Type AS Type, k.Id AS Id, k.Node AS Node,
    r.Carrier AS Carrier, r.Fan AS Fan
FROM
(
    SELECT
        No, Origin, CanonicalNode, min(w.Carrier) AS Carrier, count() OVER (PARTITION BY No, Origin) AS Fan
    FROM work_walk AS w
    WHERE Rank = 0
    GROUP BY No, Origin, CanonicalNode
) AS r
INNER JOIN $members AS s ON s.Node = r.CanonicalNode
INNER JOIN (SELECT Tenant, Type, CanonicalNode, Node, Id FROM work_joined_kin LIMIT 1 BY CanonicalNode, Node) AS k
    ON k.CanonicalNode = r.Origin
