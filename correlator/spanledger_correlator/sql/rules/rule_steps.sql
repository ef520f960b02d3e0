-- Which step names mean what in which process: its own steps, and the words that cancel or fail it.
CREATE OR REPLACE TEMPORARY TABLE work_rule_steps ENGINE = Memory AS
SELECT
    No, toString(Process) AS Process, toString(RootType) AS RootType, JoinedTypes,
    word.1 AS Step, word.2 AS Kind, toUInt16(word.3) AS Position, toUInt16(number) AS Word,
    Position > 0 AND StepSettles[Position] > 0 AS Settling,
    if(Position > 0, StepCarries[Position], []) AS Carries,
    Position > 0 AND notEmpty(arrayConcat(Carries, StepCarriesAttributes[Position])) AS Asked,
    startsWith(Step, concat(RootType, '.')) AS OfRoot
FROM
(
    SELECT
        *,
        arrayConcat(
            arrayMap((name, position) -> (name, 'step', position), StepNames, arrayEnumerate(StepNames)),
            arrayMap(name -> (name, 'cancels', 0), CancelSteps),
            arrayMap(name -> (name, 'fails', 0), FailSteps)) AS words
    FROM work_rules
)
ARRAY JOIN words AS word, arrayEnumerate(words) AS number
