SELECT Currency, sum(amount) AS Stuck, count() AS Entities
FROM
(
    SELECT RootType, RootId, Currency, max(OpenAmount) AS amount
    FROM open_transaction_money
    WHERE Stuck
        {{money_waiting/chosen}}
    GROUP BY RootType, RootId, Currency
)
GROUP BY Currency
ORDER BY Stuck DESC
