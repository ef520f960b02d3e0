-- The definition versions in force, one row a process, numbered.
CREATE OR REPLACE TEMPORARY TABLE work_rules ENGINE = Memory AS
SELECT *, rowNumberInAllBlocks() AS No
FROM process_rules FINAL
WHERE (Process, Version) IN {active:Array(Tuple(String, UInt32))}
