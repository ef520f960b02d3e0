-- The steps of which each entity of some type may have one root only.
CREATE OR REPLACE TEMPORARY TABLE work_one_per_steps ENGINE = Memory AS
SELECT
    toString(Process) AS Process, toString(RootType) AS RootType, StepName AS Step, toUInt16(position) AS Position,
    OnePer AS Type
FROM work_rules
ARRAY JOIN StepNames AS StepName, StepOnePer AS OnePer, arrayEnumerate(StepNames) AS position
WHERE OnePer != ''
