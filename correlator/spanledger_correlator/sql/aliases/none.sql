CREATE OR REPLACE TEMPORARY TABLE $into
(Tenant String, Type String, Id String, CanonicalId String, Active UInt8, Version UInt64)
ENGINE = Memory
