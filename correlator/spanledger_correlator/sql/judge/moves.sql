-- The parts that stand, and what reversals take from them: a reversal is a compensated part, or a success of a step that
-- reverses. It takes its share back from the parts of the payment that it names, without one from all of its step, but
-- never more than is there; without an amount it takes back all of them that happened before. So what is settled does
-- not depend on any order.
CREATE OR REPLACE TEMPORARY TABLE work_moves ENGINE = Memory AS
WITH
    told AS
    (
        SELECT
            p.* EXCEPT (Copy, Named),
            if(c.CanonicalId = '', p.Named, c.CanonicalId) AS Party,
            Compensates AND (Role != 'settles' OR Share IS NULL) AS Wipes
        FROM work_parts AS p
        LEFT JOIN
        (
            SELECT Tenant, toString(Type) AS Type, Id, argMax(CanonicalId, Version) AS CanonicalId
            FROM $canonical_ids
            WHERE (Tenant, Type, Id) IN (SELECT Tenant, PartyType, Named FROM work_parts WHERE Named != '')
            GROUP BY Tenant, Type, Id
        ) AS c ON c.Tenant = p.Tenant AND c.Type = p.PartyType AND c.Id = p.Named
    ),
    standing AS
    (
        SELECT * FROM
        (
            SELECT
                *,
                maxOrNullIf(Happened, Wipes) OVER (PARTITION BY Tx, Word, Role, Party) AS WipedAt,
                maxOrNullIf(Happened, Wipes AND Party = '') OVER (PARTITION BY Tx, Word, Role) AS AllWipedAt
            FROM told
        )
        WHERE NOT Wipes AND ifNull(Happened > WipedAt, 1) AND ifNull(Happened > AllWipedAt, 1)
    ),
    reversed AS
    (
        SELECT
            * EXCEPT Share,
            Role = 'reverses' OR Compensates AS Reverses,
            toDecimal256(assumeNotNull(if(Reverses, abs(Share), Share)), 9) AS Amount
        FROM
        (
            SELECT
                * EXCEPT (WipedAt, AllWipedAt),
                Role = 'reverses' AND Share IS NULL AS WipesLane,
                maxOrNullIf(Happened, WipesLane) OVER (PARTITION BY Tx, Lane, Party) AS LaneWipedAt,
                maxOrNullIf(Happened, WipesLane AND Party = '') OVER (PARTITION BY Tx, Lane) AS AllLaneWipedAt
            FROM standing
        )
        WHERE Share IS NOT NULL AND ifNull(Happened > LaneWipedAt, 1) AND ifNull(Happened > AllLaneWipedAt, 1)
    ),
    -- A reversal of a payment that no part names can only be one of those that name none.
    counted AS
    (
        SELECT
            *,
            if(countIf(NOT Reverses) OVER (PARTITION BY Tx, Lane, Currency, Party) = 0, '', Party) AS Pool
        FROM
        (
            SELECT *, row_number() OVER (PARTITION BY Tx, Word, Role, Compensates, Key ORDER BY Age) AS Copy
            FROM reversed
        )
        WHERE Copy = 1 OR Key = '' OR Role = 'owes'
    ),
    named AS
    (
        SELECT
            *,
            greatest(sumIf(Amount, NOT Reverses) OVER (PARTITION BY Tx, Lane, Currency, Pool), toDecimal256(0, 9)) AS There,
            sumIf(Amount, Reverses AND Party != '') OVER
                (PARTITION BY Tx, Lane, Currency, Pool ORDER BY Age ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
                AS Asked,
            if(Reverses AND Party != '', least(Asked, There) - least(Asked - Amount, There), toDecimal256(0, 9)) AS Taken
        FROM counted
    )
SELECT
    Tx, Role, Target, By, Happened, Age, Currency, 1 AS Copy,
    greatest(
        sum(multiIf(NOT Reverses, Amount, -Taken)) OVER (PARTITION BY Tx, Lane, Currency), toDecimal256(0, 9)) AS Left,
    sumIf(Amount, Reverses AND Party = '') OVER
        (PARTITION BY Tx, Lane, Currency ORDER BY Age ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS AskedOfAll,
    multiIf(
        NOT Reverses, Amount,
        Party != '', -Taken,
        least(AskedOfAll - Amount, Left) - least(AskedOfAll, Left)) AS Share
FROM named
