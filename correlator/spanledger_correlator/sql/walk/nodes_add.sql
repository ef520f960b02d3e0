INSERT INTO $into SELECT DISTINCT Tenant, Type, Id FROM $nodes
