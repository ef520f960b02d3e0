-- The types that identify a transaction, by their distance from the root (0).
CREATE OR REPLACE TEMPORARY TABLE work_rule_types ENGINE = Memory AS
SELECT
    No, toString(Process) AS Process, toString(RootType) AS RootType,
    type AS Type, toUInt16(rank - 1) AS Rank
FROM work_rules
ARRAY JOIN
    arrayConcat([toString(RootType)], arrayMap(type -> toString(type), JoinedTypes)) AS type,
    arrayEnumerate(arrayConcat([toString(RootType)], arrayMap(type -> toString(type), JoinedTypes))) AS rank
