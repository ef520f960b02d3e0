-- What a walk outwards reached.
CREATE OR REPLACE TEMPORARY TABLE $into ENGINE = Memory AS
SELECT DISTINCT Tenant, Type, Id FROM work_outwards WHERE Depth > 0
