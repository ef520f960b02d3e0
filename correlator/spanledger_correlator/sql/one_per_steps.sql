CREATE OR REPLACE TEMPORARY TABLE work_one_per_steps ENGINE = Memory AS
SELECT toString(RootType) AS RootType, StepName AS Step, OnePer AS Type
FROM work_rules
ARRAY JOIN StepNames AS StepName, StepOnePer AS OnePer
WHERE OnePer != ''
