SELECT * EXCEPT (Tenant, Batch, ContentHash) FROM $store.spans WHERE Tenant = $tenant
