-- Every id that the given nodes go by, and the one they are known under. Reads $nodes(Tenant, Type, Id), each once;
-- $carry names a further column.
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
SELECT
    k.Tenant AS Tenant, k.Type AS Type, k.NamedNode AS NamedNode, k.NamedId AS NamedId,
    k.CanonicalNode AS CanonicalNode, k.CanonicalId AS CanonicalId, one.1 AS Node, one.2 AS Id$carry
FROM
(
    SELECT
        n.Tenant AS Tenant, n.Type AS Type, n.Node AS NamedNode, n.Id AS NamedId,
        if(c.CanonicalId = '', n.Node, c.CanonicalNode) AS CanonicalNode,
        if(c.CanonicalId = '', n.Id, c.CanonicalId) AS CanonicalId$carry
    FROM
    (
        SELECT
            toString(Tenant) AS Tenant, toString(Type) AS Type, Id,
            reinterpretAsUInt128(sipHash128(toString(Tenant), toString(Type), Id)) AS Node$carry
        FROM $nodes
    ) AS n
    LEFT ANY JOIN $known_ids AS c ON c.Node = n.Node
) AS k
LEFT ANY JOIN $known_members AS m ON m.CanonicalNode = k.CanonicalNode
ARRAY JOIN if(empty(m.Ids), [(k.CanonicalNode, k.CanonicalId)], arrayZip(m.Nodes, m.Ids)) AS one
