SELECT Currency, sum(amount) AS Stuck, count() AS Entities
FROM
(
    SELECT RootType, RootId, Currency, max(OpenAmount) AS amount
    FROM open_transaction_money
    WHERE Stuck AND WaitingSince >= now() - INTERVAL 1 DAY
        AND $__conditionalAll(Process IN (${process:singlequote}), $process)
        AND $__conditionalAll(Owner IN (${owner:singlequote}), $owner)
        AND $__conditionalAll(LegalEntity IN (${legal_entity:singlequote}), $legal_entity)
    GROUP BY RootType, RootId, Currency
)
GROUP BY Currency
ORDER BY Stuck DESC
