-- Amounts of two steps that must agree: each stands from its newest success on. The step that says so has the exception.
INSERT INTO work_findings
WITH
    agreed AS
    (
        SELECT No, AgreePosition AS Position, AgreeAmount AS Other, Side
        FROM work_rules
        ARRAY JOIN AgreePositions AS AgreePosition, AgreeAmounts AS AgreeAmount
        ARRAY JOIN [1, 2] AS Side
        WHERE AgreeAmount > 0
    ),
    undone AS
    (
        SELECT Tx, Word, toNullable(max(Happened)) AS UndoneAt
        FROM work_attached
        WHERE $undoes
        GROUP BY Tx, Word
    ),
    told AS
    (
        SELECT
            a.Tx AS Tx, g.Position AS Position, g.Other AS Other,
            arraySort(groupArray((a.Age, a.Happened, g.Side, toString(a.Currency), assumeNotNull(a.Share)))) AS amounts
        FROM work_attached AS a
        INNER JOIN agreed AS g ON g.No = bitAnd(a.Tx, 65535)
        ANY LEFT JOIN undone AS u ON u.Tx = a.Tx AND u.Word = a.Word
        WHERE a.Position = if(g.Side = 1, g.Position, g.Other) AND a.Outcome = 'success' AND a.Share IS NOT NULL
            AND (u.UndoneAt IS NULL OR a.Happened > u.UndoneAt)
        GROUP BY Tx, Position, Other
        HAVING uniqExact(g.Side) = 2 AND uniqExact((a.Currency, a.Share)) > 1
    ),
    -- After each success: when, the newest amount of the step, the newest of the other; position 0 has neither.
    arrayMap(
        number -> (
            amounts[number].2,
            arrayLast(one -> one.3 = 1, arraySlice(amounts, 1, number)),
            arrayLast(one -> one.3 = 2, arraySlice(amounts, 1, number))),
        arrayEnumerate(amounts)) AS states,
    arrayMap(
        one -> one.2.3 = 1 AND one.3.3 = 2 AND (one.2.4, one.2.5) != (one.3.4, one.3.5), states) AS differs
SELECT
    t.Tx AS Tx, 'value_mismatch' AS Kind, t.Position AS Position,
    states[number].1 AS From,
    if(again = 0, NULL, states[number + again].1) AS Until,
    if(again = 0, '', 'agreed') AS Resolution,
    map(
        'of', 'amount', 'step', r.StepNames[t.Other],
        'value', concat(toString(states[number].2.5), ' ', states[number].2.4),
        'other', concat(toString(states[number].3.5), ' ', states[number].3.4)) AS Detail
FROM told AS t
ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(t.Tx, 65535)
ARRAY JOIN
    arrayFilter((number, is, was) -> is AND NOT was, arrayEnumerate(differs), differs, arrayPushFront(arrayPopBack(differs), 0))
        AS number,
    arrayMap(
        one -> indexOf(arraySlice(differs, one + 1), 0),
        arrayFilter((at, is, was) -> is AND NOT was, arrayEnumerate(differs), differs, arrayPushFront(arrayPopBack(differs), 0)))
        AS again
