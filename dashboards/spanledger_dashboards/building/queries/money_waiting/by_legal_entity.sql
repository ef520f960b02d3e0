SELECT LegalEntity AS "Legal entity", Currency, sum(amount) AS Stuck, count() AS Entities
FROM
(
    SELECT LegalEntity, RootType, RootId, Currency, max(OpenAmount) AS amount
    FROM open_transaction_money
    WHERE Stuck
        AND $__conditionalAll(Process IN (${process:singlequote}), $process)
        AND $__conditionalAll(Owner IN (${owner:singlequote}), $owner)
        AND $__conditionalAll(LegalEntity IN (${legal_entity:singlequote}), $legal_entity)
    GROUP BY LegalEntity, RootType, RootId, Currency
)
GROUP BY LegalEntity, Currency
ORDER BY Stuck DESC
LIMIT 200
