-- Attributes on which systems must agree, of the entity of that type that a transaction names last. With a system of
-- record another one may not have the last word against it; without, the newest words of all must be alike. What was so
-- before the step succeeded is its success's own problem from that moment on.
INSERT INTO work_findings
WITH
    agreed AS
    (
        SELECT DISTINCT No, AgreePosition AS Position, AgreeType AS Type, AgreeKey AS Key, AgreeRecord AS Record
        FROM work_rules
        ARRAY JOIN AgreePositions AS AgreePosition, AgreeTypes AS AgreeType, AgreeKeys AS AgreeKey, AgreeRecords AS AgreeRecord
        WHERE AgreeType != ''
    ),
    -- One row per statement; of what a system repeats only the first, where nobody contradicted it in between.
    stated AS
    (
        SELECT *, (Happened, TraceId, SpanId) AS Age
        FROM
        (
            SELECT
                k.Tenant AS Tenant, k.Type AS Type, k.NamedId AS Id, toString(a.Key) AS Key, toString(a.System) AS System,
                a.Value AS Value, min(least(a.OccurredAt, a.StoredAt)) AS Happened, a.TraceId AS TraceId, a.SpanId AS SpanId
            FROM
            (
                SELECT * FROM $entity_attributes AS entity_attributes
                WHERE (Tenant, Type, Id) IN (SELECT Tenant, Type, Id FROM work_subject_kin)
                    AND (Type, Key) IN (SELECT Type, Key FROM agreed)
                    AND (Tenant, TraceId, SpanId, ContentHash) NOT IN
                        (SELECT Tenant, TraceId, SpanId, ContentHash FROM $superseded)
                    AND System != ''
            ) AS a
            INNER JOIN work_subject_kin AS k ON k.Tenant = a.Tenant AND k.Type = a.Type AND k.Id = a.Id
            GROUP BY Tenant, Type, Id, Key, System, Value, TraceId, SpanId
        )
        QUALIFY (System, Value) != lagInFrame((System, Value), 1, ('', '')) OVER
            (PARTITION BY Tenant, Type, Id, Key ORDER BY (Happened, TraceId, SpanId))
    ),
    histories AS
    (
        SELECT
            Tenant, Type, Id, Key, Record,
            arraySort(groupArray((Happened, TraceId, SpanId, System, Value))) AS words,
            arrayMap(
                number -> (
                    words[number].1,
                    arrayLast(one -> one.4 = Record, arraySlice(words, 1, number)).5,
                    arrayMap(
                        system -> arrayLast(one -> one.4 = system, arraySlice(words, 1, number)).5,
                        arrayDistinct(arraySlice(words, 1, number).4)),
                    words[number].4, words[number].5),
                arrayEnumerate(words)) AS states,
            arrayMap(
                one -> if(
                    Record != '', one.2 != '' AND one.4 != Record AND one.5 != one.2, length(arrayDistinct(one.3)) > 1),
                states) AS differs
        FROM stated
        INNER JOIN (SELECT DISTINCT Type, Key, Record FROM agreed) AS g ON g.Type = stated.Type AND g.Key = stated.Key
        GROUP BY Tenant, Type, Id, Key, Record
        HAVING uniqExact(Value) > 1
    ),
    episodes AS
    (
        SELECT
            Tenant, Type, Id, Key, Record, states[number].1 AS From,
            indexOf(arraySlice(differs, number + 1), 0) AS again,
            if(again = 0, NULL, states[number + again].1) AS Until,
            states[number].4 AS System, states[number].5 AS Value,
            if(
                Record != '', states[number].2,
                arrayStringConcat(arraySort(arrayFilter(one -> one != Value, arrayDistinct(states[number].3))), ', '))
                AS Other
        FROM histories
        ARRAY JOIN arrayFilter(
            (at, is, was) -> is AND NOT was, arrayEnumerate(differs), differs, arrayPushFront(arrayPopBack(differs), 0))
            AS number
    ),
    subjects AS
    (
        SELECT Tx, any(w.Tenant) AS Tenant, Type, argMax(w.Id, w.LastAge) AS Id
        FROM work_related AS w
        WHERE Type IN (SELECT Type FROM agreed)
        GROUP BY Tx, Type
        UNION ALL
        SELECT Tx, Tenant, RootType AS Type, RootId AS Id FROM work_transactions
    )
SELECT
    p.Tx AS Tx, 'value_mismatch' AS Kind, g.Position AS Position,
    greatest(e.From, assumeNotNull(p.FirstSuccess[g.Position])) AS From,
    e.Until AS Until, if(e.Until IS NULL, '', 'agreed') AS Resolution,
    map(
        'of', concat(e.Type, '.', e.Key), 'entity', e.Id, 'record', e.Record, 'system', e.System, 'value', e.Value,
        'other', e.Other) AS Detail
FROM subjects AS s
INNER JOIN episodes AS e ON e.Tenant = s.Tenant AND e.Type = s.Type AND e.Id = s.Id
INNER JOIN agreed AS g ON g.No = bitAnd(s.Tx, 65535) AND g.Type = e.Type AND g.Key = e.Key AND g.Record = e.Record
INNER JOIN work_progress AS p ON p.Tx = s.Tx
WHERE p.FirstSuccess[g.Position] IS NOT NULL
