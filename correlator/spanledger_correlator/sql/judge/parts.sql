-- The spans that state, settle or take back money owed: successes, and what compensates them. Named is the payment (or
-- credit note) that a part names; Copy counts the parts of one idempotency key.
CREATE OR REPLACE TEMPORARY TABLE work_parts ENGINE = Memory AS
SELECT
    a.Tx AS Tx, a.Tenant AS Tenant, s.Role AS Role, s.Lane AS Lane, s.Target AS Target, s.By AS By, a.Word AS Word,
    s.PartyType AS PartyType, a.Singles[s.PartyType] AS Named, a.Happened AS Happened, a.Age AS Age,
    CAST(a.Outcome = 'compensated', 'UInt8') AS Compensates, a.IdempotencyKey AS Key, toString(a.Currency) AS Currency,
    a.Share AS Share,
    if(Key = '' OR Role = 'owes', 1, row_number() OVER (PARTITION BY Tx, Word, Role, Key ORDER BY Age)) AS Copy
FROM (SELECT * FROM work_attached WHERE Outcome IN ('success', 'compensated')) AS a
INNER JOIN work_money_steps AS s ON s.No = bitAnd(a.Tx, 65535) AND s.Word = a.Word
WHERE a.Share IS NOT NULL OR Compensates OR Role = 'reverses'
