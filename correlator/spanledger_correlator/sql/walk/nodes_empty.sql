CREATE OR REPLACE TEMPORARY TABLE $into (Tenant String, Type String, Id String) ENGINE = Memory
