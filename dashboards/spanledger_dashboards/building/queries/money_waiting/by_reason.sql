SELECT
    WhyKind AS Problem, WaitingFor AS "Waits for", WhyErrorKind AS Error, Currency, sum(amount) AS Stuck, count() AS Entities
FROM
(
    SELECT WhyKind, WaitingFor, WhyErrorKind, RootType, RootId, Currency, max(OpenAmount) AS amount
    FROM open_transaction_money
    WHERE Stuck
        {{money_waiting/chosen}}
    GROUP BY WhyKind, WaitingFor, WhyErrorKind, RootType, RootId, Currency
)
GROUP BY WhyKind, WaitingFor, WhyErrorKind, Currency
ORDER BY Stuck DESC
LIMIT 200
