-- Failures of steps, each run of them an exception: open from the first that is older than the step's grace, until the
-- next success, or until it is compensated. After a success a step that happens once fails no more.
CREATE OR REPLACE TEMPORARY TABLE work_findings ENGINE = Memory AS
WITH
    -- Of what happened at one moment a success ends the failures, and a compensation undoes both.
    steps AS
    (
        SELECT
            Tx, Word, any(w.Position) AS Position,
            arraySort(groupArray((
                Happened, transform(toString(Outcome), ['success', 'compensated'], [1, 2], 0), Age,
                toString(Outcome), toString(ErrorKind), toString(ErrorCode), ErrorMessage, toString(System)))) AS events
        FROM work_attached AS w
        WHERE Kind = 'step' AND (Outcome IN ('failure', 'rejected', 'success') OR ($undoes))
            AND (Tx, Word) IN (SELECT Tx, Word FROM work_attached WHERE Outcome IN ('failure', 'rejected'))
        GROUP BY Tx, Word
    ),
    arraySplit(event -> event.2 > 0, s.events) AS runs,
    arrayFilter(event -> event.2 = 0, run) AS failed,
    runs[number + 1][1] AS ending
SELECT
    s.Tx AS Tx,
    if(failed[-1].4 = 'rejected', 'rejected_record', 'failed_step') AS Kind,
    s.Position AS Position,
    addNanoseconds(failed[1].1, r.StepGrace[s.Position]) AS From,
    if(ending.2 = 0, NULL, ending.1) AS Until,
    ['', 'succeeded', 'compensated'][ending.2 + 1] AS Resolution,
    map(
        'attempts', toString(length(failed)), 'error_kind', failed[-1].5, 'code', failed[-1].6, 'message', failed[-1].7,
        'system', failed[-1].8) AS Detail
FROM steps AS s
ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(s.Tx, 65535)
ARRAY JOIN runs AS run, arrayEnumerate(runs) AS number
WHERE notEmpty(failed) AND NOT (run[1].2 = 1 AND NOT r.StepMany[s.Position])
