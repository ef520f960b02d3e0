SELECT
    Process, WaitingFor AS Step, WhySystem AS System, WhyErrorKind AS Error, WhyCode AS Code, count() AS Transactions,
    min(WaitingSince) AS "Since", any(WhyMessage) AS "For instance"
FROM open_transactions
WHERE Stuck AND WhyKind IN ('failed_step', 'rejected_record')
    AND $__conditionalAll(Process IN (${process:singlequote}), $process)
GROUP BY Process, WaitingFor, WhySystem, WhyErrorKind, WhyCode
ORDER BY Transactions DESC
LIMIT 200
