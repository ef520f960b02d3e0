-- Steps that succeeded before they should: before a step that they require, or the wrong way round. Steps that happen
-- in parts, or of which the definition says so, have no place in the order.
INSERT INTO work_findings
WITH
    progress AS
    (
        SELECT
            p.Tx AS Tx, r.Skew AS Skew, r.StepNames AS Names,
            p.FirstSuccess AS times,
            arrayEnumerate(times) AS positions,
            arrayFilter((position, needs) -> notEmpty(needs) AND times[position] IS NOT NULL, positions, r.StepRequires)
                AS demanding,
            arrayMap(
                position -> (
                    position,
                    arrayFilter(
                        other -> (p.Required[other] OR r.StepRequired[other] = 0)
                            AND ifNull(times[other] > addNanoseconds(times[position], r.Skew), 1),
                        r.StepRequires[position])),
                demanding) AS premature,
            -- (when, which) of the steps that have a place in the order, in that order
            arrayMap(
                position -> (assumeNotNull(times[position]), toUInt16(position)),
                arrayFilter(
                    (position, time, many, any_order) -> time IS NOT NULL AND NOT many AND NOT any_order,
                    positions, times, r.StepMany, r.StepAnyOrder)) AS placed,
            -- Most transactions run in order; of them nothing more is asked.
            if(arrayMap(one -> one.1, placed) = arraySort(arrayMap(one -> one.1, placed)), [], placed) AS doubtful,
            arrayMap(
                one -> (one, arraySort(arrayFilter(
                    other -> other.2 > one.2 AND addNanoseconds(other.1, r.Skew) < one.1, doubtful))[1]),
                doubtful) AS overtaken
        FROM work_progress AS p
        ANY LEFT JOIN work_rules AS r ON r.No = bitAnd(p.Tx, 65535)
    )
SELECT
    Tx, found.1 AS Kind, found.2 AS Position, found.3 AS From, found.4 AS Until, found.5 AS Resolution, found.6 AS Detail
FROM progress
ARRAY JOIN arrayConcat(
    arrayMap(
        one -> (
            'premature_step', toUInt16(one.1), assumeNotNull(times[one.1]),
            if(arrayExists(other -> times[other] IS NULL, one.2), NULL, arrayMax(arrayMap(other -> times[other], one.2))),
            if(arrayExists(other -> times[other] IS NULL, one.2), '', 'precondition_met'),
            map('requires', arrayStringConcat(arrayMap(other -> Names[other], one.2), ', '))),
        arrayFilter(one -> notEmpty(one.2), premature)),
    arrayMap(
        one -> (
            'out_of_order', one.1.2, one.1.1, NULL, '',
            map('before', Names[one.2.2], 'seconds', toString(dateDiff('second', one.2.1, one.1.1)))),
        arrayFilter(one -> one.2.2 > 0, overtaken))) AS found
