SELECT
    Process, Key, RootType, RootId, Status, Stuck, WaitingFor, WaitingSince, WhyKind, WhyErrorKind, Owner, Severity, Impact,
    SlaState, LegalEntity, Region, ClientName, StartedAt, LastActivityAt, ClosedAt,
    money.1 AS Currency, money.2 AS Amount, money.3 AS OpenAmount
FROM $store.$verdicts FINAL
ARRAY JOIN arrayZip(Currencies, Amounts, OpenAmounts) AS money
WHERE Tenant = $tenant
