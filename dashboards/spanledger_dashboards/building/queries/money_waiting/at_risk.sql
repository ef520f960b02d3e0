SELECT
    RootId AS Id, Process, ClientName AS Client, SlaDueAt AS "Due", WaitingFor AS "Waits for",
    arrayStringConcat(arrayMap((amount, currency) -> concat(toString(amount), ' ', currency), OpenAmounts, Currencies), ', ') AS Money
FROM open_transactions
WHERE NOT Stuck AND SlaState = 'at_risk'
    AND $__conditionalAll(Process IN (${process:singlequote}), $process)
    AND $__conditionalAll(Owner IN (${owner:singlequote}), $owner)
    AND $__conditionalAll(LegalEntity IN (${legal_entity:singlequote}), $legal_entity)
ORDER BY SlaDueAt, Id
LIMIT 200
