SELECT * EXCEPT (Tenant, HoldsFrom, HoldsUntil, Rates, StateVersion, Deleted)
FROM $store.$verdicts FINAL
WHERE Tenant = $tenant
