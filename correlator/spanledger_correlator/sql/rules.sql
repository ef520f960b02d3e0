-- The definition versions in force, one row a process.
CREATE OR REPLACE TEMPORARY TABLE work_rules ENGINE = Memory AS
SELECT * FROM process_rules FINAL WHERE (Process, Version) IN {active:Array(Tuple(String, UInt32))}
