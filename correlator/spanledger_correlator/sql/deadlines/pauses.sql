-- When the clocks of each transaction stand still: from every success of a pause's first step to the next success of
-- its last one. Pauses that overlap or touch are one.
CREATE OR REPLACE TEMPORARY TABLE work_pauses ENGINE = Memory AS
WITH
    undone AS
    (
        SELECT Tx, Position, toNullable(max(Happened)) AS UndoneAt
        FROM work_attached
        WHERE Kind = 'step' AND Outcome = 'compensated' AND bitAnd(Tx, 65535) IN (SELECT No FROM work_pause_steps)
        GROUP BY Tx, Position
    ),
    successes AS
    (
        SELECT a.Tx AS Tx, a.Position AS Position, toUnixTimestamp64Nano(a.Happened) AS At
        FROM work_attached AS a
        ANY LEFT JOIN undone AS u ON u.Tx = a.Tx AND u.Position = a.Position
        WHERE a.Kind = 'step' AND a.Outcome = 'success' AND (u.UndoneAt IS NULL OR a.Happened > u.UndoneAt)
            AND (bitAnd(a.Tx, 65535), a.Position) IN
                (SELECT No, arrayJoin([Start, Finish]) AS Position FROM work_pause_steps)
    ),
    starts AS
    (
        SELECT s.Tx AS Tx, p.Pause AS Pause, s.At AS At
        FROM successes AS s
        INNER JOIN (SELECT No, Start AS Position, Pause FROM work_pause_steps) AS p
            ON p.No = bitAnd(s.Tx, 65535) AND p.Position = s.Position
    ),
    finishes AS
    (
        SELECT s.Tx AS Tx, p.Pause AS Pause, s.At AS At
        FROM successes AS s
        INNER JOIN (SELECT No, Finish AS Position, Pause FROM work_pause_steps) AS p
            ON p.No = bitAnd(s.Tx, 65535) AND p.Position = s.Position
    ),
    lapses AS
    (
        SELECT s.Tx AS Tx, s.At AS From, if(f.Pause = 0, 9223372036854775807, f.At) AS Until
        FROM starts AS s
        ASOF LEFT JOIN finishes AS f ON f.Tx = s.Tx AND f.Pause = s.Pause AND s.At <= f.At
    ),
    parted AS
    (
        SELECT
            Tx, From, Until,
            From > max(Until) OVER (
                PARTITION BY Tx ORDER BY From, Until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS Apart
        FROM lapses
    ),
    numbered AS
    (
        SELECT
            Tx, From, Until,
            sum(Apart) OVER (PARTITION BY Tx ORDER BY From, Until ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS Part
        FROM parted
    ),
    merged AS
    (
        SELECT Tx, min(From) AS From, max(Until) AS Until
        FROM numbered
        GROUP BY Tx, Part
    )
SELECT
    Tx,
    arraySort(groupArray((From, Until))) AS parts,
    arrayFilter(part -> part.2 != 9223372036854775807, parts) AS over,
    arrayMap(part -> part.1, over) AS Froms,
    arrayMap(part -> part.2, over) AS Untils,
    if(length(over) = length(parts), NULL, fromUnixTimestamp64Nano(parts[-1].1, 'UTC')) AS PausedAt,
    CAST(
        arrayMap(
            part -> (
                fromUnixTimestamp64Nano(part.1, 'UTC'),
                if(part.2 = 9223372036854775807, NULL, fromUnixTimestamp64Nano(part.2, 'UTC'))),
            parts),
        'Array(Tuple(From DateTime64(9, \'UTC\'), Until Nullable(DateTime64(9, \'UTC\'))))') AS Pauses
FROM merged
GROUP BY Tx
