SELECT
    RootId AS Id, Process, ClientName AS Client, Severity, Owner, WaitingFor AS "Waits for", WaitingSince AS "Since",
    Currency, OpenAmount AS Money, WhyKind AS Problem, WhyErrorKind AS Error
FROM open_transaction_money
WHERE Stuck
    {{money_waiting/chosen}}
ORDER BY
    indexOf(['critical', 'high', 'medium', 'low'], Severity), Currency,
    toFloat64(OpenAmount) * dateDiff('second', assumeNotNull(WaitingSince), now()) DESC, Process, Id
LIMIT 200
