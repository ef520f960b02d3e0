-- One row: what the transactions at hand give occasion to look for. Most ticks touch few processes, and a statement that
-- has nothing to find is planned as long as any other.
SELECT
    countIf(Outcome IN ('failure', 'rejected')) > 0 AS fails,
    countIf(Priced) > 0 AS priced,
    countIf(Outcome IN ('success', 'compensated') AND (No, Word) IN (SELECT No, Word FROM work_money_steps)) > 0 AS settles,
    countIf(No IN (SELECT No FROM work_rules WHERE notEmpty(Budgets))) > 0 AS budgeted,
    countIf(Outcome = 'success' AND (No, Position) IN (SELECT No, arrayJoin(Pauses).1 FROM work_rules)) > 0 AS pauses,
    countIf(Outcome = 'success' AND (No, Word) IN (SELECT No, Word FROM work_rule_steps WHERE Asked)) > 0 AS carries,
    countIf(Outcome = 'success' AND Priced AND (No, Position) IN (
        SELECT No, AgreePosition FROM work_rules ARRAY JOIN AgreePositions AS AgreePosition, AgreeAmounts AS AgreeAmount
        WHERE AgreeAmount > 0)) > 0 AS amounts_agree,
    countIf(Outcome = 'success' AND (No, Position) IN (
        SELECT No, AgreePosition FROM work_rules ARRAY JOIN AgreePositions AS AgreePosition, AgreeTypes AS AgreeType
        WHERE AgreeType != '')) > 0 AS attributes_agree
FROM
(
    SELECT DISTINCT bitAnd(Tx, 65535) AS No, Word, Position, Outcome, Share IS NOT NULL AS Priced
    FROM work_attached
)
