-- The exceptions of transactions, with what the rules of their process may ask.
SELECT
    Key AS Subject, Process, Version, RootType, RootId,
    found.Kind AS Kind, StepNames[found.Position] AS Step,
    if(found.Detail['system'] != '', found.Detail['system'], StepSystems[found.Position]) AS System,
    found.From AS Since, found.Until AS Until, found.Resolution AS Resolution, found.Detail AS Detail,
    Status, Stuck, SlaState, SlaTier, Known, toString(Impact) AS Impact, ClientName, LegalEntity, Region,
    Currencies, Amounts, OpenAmounts, '' AS OwnOwner, '' AS OwnSeverity
FROM $verdicts
ARRAY JOIN Exceptions AS found
WHERE found.From <= {now:DateTime64(9, 'UTC')}
