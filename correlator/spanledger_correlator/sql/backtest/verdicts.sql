-- The verdicts of a slice at the moment: only of what was open then, or has moved since the back-test's beginning.
INSERT INTO $trial
SELECT
    {changed:Bool}, {now:DateTime64(9, 'UTC')}, RootId, Stuck, SlaState IN ('breached', 'met_late'),
    mapFromArrays(arrayMap(currency -> toString(currency), Currencies), if(Status = 'open', OpenAmounts, Amounts))
FROM $verdict
WHERE Process = {process:String} AND (Status = 'open' OR LastActivityAt >= {since:DateTime64(9, 'UTC')})
