-- The types that a process shows beside its transactions.
CREATE OR REPLACE TEMPORARY TABLE work_rule_related_types ENGINE = Memory AS
SELECT DISTINCT No, toString(type) AS Type
FROM work_rules
ARRAY JOIN arrayConcat(RelatedTypes, JoinedTypes) AS type
