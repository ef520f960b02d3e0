SELECT * EXCEPT (Tenant, HoldsFrom, HoldsUntil, Rates, StateVersion, Deleted)
FROM $store.open_verdicts FINAL
WHERE Tenant = $tenant AND Status = 'open'
