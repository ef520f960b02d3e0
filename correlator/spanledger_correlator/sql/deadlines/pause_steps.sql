-- The steps that begin and end each pause of the definitions in force.
CREATE OR REPLACE TEMPORARY TABLE work_pause_steps ENGINE = Memory AS
SELECT No, toUInt16(number) AS Pause, pause.1 AS Start, pause.2 AS Finish
FROM work_rules
ARRAY JOIN Pauses AS pause, arrayEnumerate(Pauses) AS number
