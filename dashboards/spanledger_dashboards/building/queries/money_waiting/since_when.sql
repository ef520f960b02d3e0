SELECT toStartOfDay(assumeNotNull(since)) AS time, Currency, sum(amount) AS Stuck
FROM
(
    SELECT RootType, RootId, Currency, max(OpenAmount) AS amount, min(WaitingSince) AS since
    FROM open_transaction_money
    WHERE Stuck AND $__timeFilter(WaitingSince)
        {{money_waiting/chosen}}
    GROUP BY RootType, RootId, Currency
)
GROUP BY time, Currency
ORDER BY time, Currency
