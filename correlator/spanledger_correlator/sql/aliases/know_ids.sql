INSERT INTO $known_ids SELECT Tenant, Type, Id, CanonicalId FROM $canonical
