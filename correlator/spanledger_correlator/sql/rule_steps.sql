-- Which step names mean what in which process.
CREATE OR REPLACE TEMPORARY TABLE work_rule_steps ENGINE = Memory AS
SELECT
    toString(Process) AS Process, toString(RootType) AS RootType, JoinedTypes,
    word.1 AS Step, word.2 AS Kind, toUInt16(word.3) AS Position
FROM work_rules
ARRAY JOIN arrayConcat(
    arrayMap((name, position) -> (name, 'step', position), StepNames, arrayEnumerate(StepNames)),
    arrayMap(name -> (name, 'cancels', 0), CancelSteps),
    arrayMap(name -> (name, 'fails', 0), FailSteps)) AS word
