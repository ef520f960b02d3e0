-- The money of each transaction, one amount a currency: that of the newest success of the step it is taken from, else
-- of that step's newest attempt, else of the newest span of a step of the root that settles nothing.
CREATE OR REPLACE TEMPORARY TABLE work_amounts ENGINE = Memory AS
WITH
    undone AS
    (
        SELECT Tx, Word, toNullable(max(Happened)) AS UndoneAt
        FROM work_attached
        WHERE Outcome = 'compensated' AND (bitAnd(Tx, 65535), Position) IN (SELECT No, AmountPosition FROM work_rules)
        GROUP BY Tx, Word
    ),
    newest AS
    (
        SELECT
            a.Tx AS Tx, toString(a.Currency) AS Currency,
            multiIf(
                a.Position = 0 OR a.Position != r.AmountPosition, 3,
                a.Outcome = 'success' AND (u.UndoneAt IS NULL OR a.Happened > u.UndoneAt), 1,
                2) AS Source,
            argMax(assumeNotNull(a.Share), a.Age) AS Amount
        FROM (SELECT * FROM work_attached WHERE Share IS NOT NULL) AS a
        ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(a.Tx, 65535)
        ANY LEFT JOIN undone AS u ON u.Tx = a.Tx AND u.Word = a.Word
        WHERE (a.Position > 0 AND a.Position = r.AmountPosition)
            OR (a.OfRoot AND (a.Position = 0 OR (r.StepSettles[a.Position] = 0 AND r.StepReverses[a.Position] = 0)))
        GROUP BY Tx, Currency, Source
    )
SELECT
    Tx,
    arraySort(groupArray((Source, Currency, Amount))) AS stated,
    arrayFilter(one -> one.1 = stated[1].1, stated) AS counted,
    arrayMap(one -> one.2, counted) AS Currencies,
    arrayMap(one -> one.3, counted) AS Amounts
FROM newest
GROUP BY Tx
