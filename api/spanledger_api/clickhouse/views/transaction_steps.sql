SELECT
    Process, Version, Key, RootType, RootId, Status, Stuck, Owner, Severity, Impact, LegalEntity, Region, ClientName,
    StartedAt, LastActivityAt, ClosedAt,
    step.1 AS Position, step.2 AS Step, step.3 AS System, step.4 AS Required, step.5 AS Done, step.6 AS Attempts,
    step.7 AS FirstSuccess, step.8 AS LastSuccess, step.9 AS DoneAt, step.10 AS LastFailure, step.11 AS FailingSince,
    step.12 AS Deadline, step.13 AS SlaState
FROM $store.verdicts FINAL
ARRAY JOIN arrayZip(
    arrayEnumerate(StepNames), StepNames, StepSystems, StepRequired, StepDone, StepAttempts, StepFirstSuccess,
    StepLastSuccess, StepDoneAt, StepLastFailure, StepFailingSince, StepDeadline, StepSlaState) AS step
WHERE Tenant = $tenant
