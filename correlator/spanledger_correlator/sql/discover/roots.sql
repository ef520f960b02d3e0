-- The roots whose first span happened since then; of very many, one in {every}.
CREATE OR REPLACE TEMPORARY TABLE discover_roots ENGINE = Memory AS
SELECT if(a.Known = '', n.Id, a.Known) AS Id
FROM
(
    SELECT id AS Id, min(least(OccurredAt, StoredAt)) AS At
    FROM spans ARRAY JOIN EntityTypes AS kind, EntityIds AS id
    WHERE Tenant = {tenant:String} AND Step != '' AND kind = {root:String} AND id != ''
        AND lower(id) NOT IN {placeholders:Array(String)}
    GROUP BY id
) AS n
LEFT ANY JOIN discover_aliases AS a ON a.Type = {root:String} AND a.Id = n.Id
GROUP BY Id
HAVING min(n.At) >= {since:DateTime64(9, 'UTC')} AND sipHash64(Id) % {every:UInt64} = 0
