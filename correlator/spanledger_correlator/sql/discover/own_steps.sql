-- The entity types that have milestones of their own: the prefixes of the steps.
SELECT DISTINCT substring(Step, 1, position(Step, '.') - 1) AS Type FROM discover_spans WHERE Step != '' ORDER BY Type
