SELECT toStartOfDay(assumeNotNull(since)) AS time, Currency, sum(amount) AS Stuck
FROM
(
    SELECT RootType, RootId, Currency, max(OpenAmount) AS amount, min(WaitingSince) AS since
    FROM open_transaction_money
    WHERE Stuck AND $__timeFilter(WaitingSince)
        AND $__conditionalAll(Process IN (${process:singlequote}), $process)
        AND $__conditionalAll(Owner IN (${owner:singlequote}), $owner)
        AND $__conditionalAll(LegalEntity IN (${legal_entity:singlequote}), $legal_entity)
    GROUP BY RootType, RootId, Currency
)
GROUP BY time, Currency
ORDER BY time, Currency
