-- A span that two ids of a root attach, or that is there in identical copies, counts once: of copies that say they
-- happen in the future the first accepted counts.
CREATE OR REPLACE TEMPORARY TABLE $attached ENGINE = Memory AS
SELECT * FROM $attached
WHERE (Tx, toUInt128(Age)) NOT IN ($twice)
UNION ALL
SELECT * FROM
(
    SELECT * FROM $attached
    WHERE (Tx, toUInt128(Age)) IN ($twice)
    ORDER BY StoredAt, Rule, KeyType, KeyId
    LIMIT 1 BY Tx, toUInt128(Age)
)
