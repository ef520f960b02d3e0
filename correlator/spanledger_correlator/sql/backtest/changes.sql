-- Per moment, what would be otherwise. A transaction that only one of the two finds is neither stuck nor breached for
-- the other.
CREATE TABLE changes ENGINE = MergeTree ORDER BY (Change, At, RootId) AS
SELECT Change, At, RootId, Money
FROM
(
    SELECT
        At, RootId,
        max(Changed AND Stuck) AS StuckChanged, max(NOT Changed AND Stuck) AS StuckNow,
        max(Changed AND Breached) AS BreachedChanged, max(NOT Changed AND Breached) AS BreachedNow,
        argMax(Money, Changed) AS Money,
        arrayFilter(
            change -> change != '',
            [
                if(StuckChanged AND NOT StuckNow, 'stuck', ''),
                if(BreachedChanged AND NOT BreachedNow, 'breached', ''),
                if((StuckNow OR BreachedNow) AND NOT StuckChanged AND NOT BreachedChanged, 'quiet', '')
            ]) AS Changes
    FROM trial
    GROUP BY At, RootId
)
ARRAY JOIN Changes AS Change
