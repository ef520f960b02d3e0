SELECT
    RootId AS Id, Process, ClientName AS Client, SlaDueAt AS "Due", WaitingFor AS "Waits for",
    arrayStringConcat(arrayMap((amount, currency) -> concat(toString(amount), ' ', currency), OpenAmounts, Currencies), ', ') AS Money
FROM open_transactions
WHERE NOT Stuck AND SlaState = 'at_risk'
    {{money_waiting/chosen}}
ORDER BY SlaDueAt, Id
LIMIT 200
