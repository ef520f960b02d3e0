SELECT
    Owner, Currency, sum(amount) AS Stuck, count() AS Entities,
    round(max(dateDiff('second', since, now())) / 86400, 1) AS "Oldest, days"
FROM
(
    SELECT Owner, RootType, RootId, Currency, max(OpenAmount) AS amount, min(WaitingSince) AS since
    FROM open_transaction_money
    WHERE Stuck
        {{money_waiting/chosen}}
    GROUP BY Owner, RootType, RootId, Currency
)
GROUP BY Owner, Currency
ORDER BY Stuck DESC
LIMIT 200
