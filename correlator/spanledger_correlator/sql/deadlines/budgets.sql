-- The budgets of the definitions in force, a row each, in the order in which they count.
CREATE OR REPLACE TEMPORARY TABLE work_budgets ENGINE = Memory AS
SELECT
    No, toUInt16(number) AS Rank, StepStart AS Starts,
    budget.1 AS Position, budget.2 AS Anchor, budget.3 AS DueFrom, budget.4 AS Keys, budget.5 AS Values,
    budget.6 AS Calendar, budget.7 AS ElapsedNs, budget.8 AS Days, budget.9 AS Months, budget.10 AS BusinessDays,
    budget.11 AS BusinessNs, budget.12 AS After, budget.13 AS Share
FROM work_rules
ARRAY JOIN Budgets AS budget, arrayEnumerate(Budgets) AS number
