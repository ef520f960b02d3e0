-- Per transaction and step: when it first and last succeeded, how often, and how often it was refused or failed.
CREATE OR REPLACE TEMPORARY TABLE discover_by_root ENGINE = Memory AS
SELECT
    a.Root AS Root, s.Step AS Step,
    minOrNullIf(s.At, s.Outcome = 'success') AS First, maxOrNullIf(s.At, s.Outcome = 'success') AS Last,
    countIf(s.Outcome = 'success') AS Times, countIf(s.Outcome IN ('failure', 'rejected')) AS Refusals
FROM discover_attached AS a
INNER JOIN (SELECT * FROM discover_spans WHERE Step != '') AS s ON s.Key = a.Key
GROUP BY Root, Step
