SELECT Currency, toFloat64(sum(amount)) AS stuck
FROM
(
    SELECT RootType, RootId, Currency, max(OpenAmount) AS amount
    FROM open_transaction_money
    WHERE Stuck
    GROUP BY RootType, RootId, Currency
)
GROUP BY Currency
ORDER BY Currency
