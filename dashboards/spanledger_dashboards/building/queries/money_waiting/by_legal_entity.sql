SELECT LegalEntity AS "Legal entity", Currency, sum(amount) AS Stuck, count() AS Entities
FROM
(
    SELECT LegalEntity, RootType, RootId, Currency, max(OpenAmount) AS amount
    FROM open_transaction_money
    WHERE Stuck
        {{money_waiting/chosen}}
    GROUP BY LegalEntity, RootType, RootId, Currency
)
GROUP BY LegalEntity, Currency
ORDER BY Stuck DESC
LIMIT 200
