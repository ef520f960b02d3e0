-- What has been settled of each amount owed, by currency and means, and since when it has been settled for good: what is
-- owed and what settles it make one balance over time, and that last rose to nothing then. Sums are wider than amounts,
-- or many would overflow.
CREATE OR REPLACE TEMPORARY TABLE work_settlements ENGINE = Memory AS
WITH
    toDecimal256('99999999999999999999999999999', 9) AS most,
    changes AS
    (
        SELECT
            Tx, Role = 'owes' AS Owes, Target, By, Happened, Age, Currency,
            toDecimal256(assumeNotNull(Share), 9) AS Amount,
            row_number() OVER (PARTITION BY Tx, Role, Target, Currency ORDER BY Age) = 1 AND Owes AS First,
            if(
                Owes,
                lagInFrame(Amount) OVER
                    (
                        PARTITION BY Tx, Role, Target, Currency ORDER BY Age
                        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                    ) - Amount,
                Amount) AS Change
        FROM $moves
        WHERE Copy = 1 AND Share IS NOT NULL
    ),
    balances AS
    (
        SELECT
            *,
            sum(Change) OVER
                (
                    PARTITION BY Tx, Target, Currency ORDER BY Happened, Change < 0, Age
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                ) AS Balance
        FROM changes
    ),
    by_currency AS
    (
        SELECT
            Tx, Target, Currency,
            countIf(Owes) > 0 AS Owed,
            sum(Change) >= 0 AS Reached,
            maxOrNullIf(Happened, Balance >= 0 AND (Balance < Change OR First)) AS ReachedAt,
            arrayMap(
                one -> toDecimal128(greatest(-most, least(one, most)), 9),
                [
                    sumIf(Change, NOT Owes AND By = 'cash'),
                    sumIf(Change, NOT Owes AND By = 'credit'),
                    sumIf(Change, NOT Owes AND By = 'write_off')
                ]) AS Parts
        FROM balances
        GROUP BY Tx, Target, Currency
    )
SELECT
    c.Tx AS Tx,
    groupUniqArrayIf(c.Target, c.Owed) AS owed, groupUniqArrayIf(c.Target, c.Owed AND NOT c.Reached) AS unreached,
    arrayFilter(target -> NOT has(unreached, target), owed) AS Targets,
    maxMapIf([c.Target], [assumeNotNull(c.ReachedAt)], c.Owed AND c.Reached) AS reached_at,
    arrayMap(target -> toNullable(reached_at.2[indexOf(reached_at.1, target)]), Targets) AS ReachedAt,
    arraySort(groupArrayIf(
        (c.Target, c.Currency, c.Parts[1], c.Parts[2], c.Parts[3]), arrayExists(part -> part != 0, c.Parts))) AS Settled
FROM by_currency AS c
GROUP BY Tx
