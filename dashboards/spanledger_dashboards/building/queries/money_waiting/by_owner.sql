SELECT
    Owner, Currency, sum(amount) AS Stuck, count() AS Entities,
    round(max(dateDiff('second', since, now())) / 86400, 1) AS "Oldest, days"
FROM
(
    SELECT Owner, RootType, RootId, Currency, max(OpenAmount) AS amount, min(WaitingSince) AS since
    FROM open_transaction_money
    WHERE Stuck
        AND $__conditionalAll(Process IN (${process:singlequote}), $process)
        AND $__conditionalAll(Owner IN (${owner:singlequote}), $owner)
        AND $__conditionalAll(LegalEntity IN (${legal_entity:singlequote}), $legal_entity)
    GROUP BY Owner, RootType, RootId, Currency
)
GROUP BY Owner, Currency
ORDER BY Stuck DESC
LIMIT 200
