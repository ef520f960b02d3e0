CREATE OR REPLACE TEMPORARY TABLE work_labels ENGINE = Memory AS
SELECT Tenant, Type, Id, Id AS Label, toUInt8(1) AS Moved FROM work_component
