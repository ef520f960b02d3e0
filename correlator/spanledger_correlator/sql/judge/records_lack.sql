-- Whether any success at hand lacks something, as far as the span alone says, or had to state attributes of an entity
-- (of which `incomplete` knows whether it did): one row then, else none.
SELECT 1 AS lacks
FROM work_attached
WHERE Asked AND Outcome = 'success' AND (notEmpty(Lacks) OR (bitAnd(Tx, 65535), toUInt32(Position)) IN
(
    SELECT No, position
    FROM work_rules
    ARRAY JOIN StepCarriesAttributes AS carries, arrayEnumerate(StepCarriesAttributes) AS position
    WHERE notEmpty(carries)
))
LIMIT 1
