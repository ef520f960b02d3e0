-- Whether any transaction has succeeded with two amounts in steps of which some must agree: one row then, else none.
SELECT 1 AS differ
FROM work_attached
WHERE Outcome = 'success' AND Share IS NOT NULL AND (bitAnd(Tx, 65535), Position) IN
(
    SELECT No, arrayJoin([AgreePosition, AgreeAmount])
    FROM work_rules
    ARRAY JOIN AgreePositions AS AgreePosition, AgreeAmounts AS AgreeAmount
    WHERE AgreeAmount > 0
)
GROUP BY Tx
HAVING uniqExact((Currency, Share)) > 1
LIMIT 1
