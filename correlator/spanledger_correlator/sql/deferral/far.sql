-- The roots in scope that no new span names but together with many others, and to which only joined entities lead that
-- lead to many. One root of each such entity stays: by it the entity's spans are known to belong somewhere.
SELECT Node FROM work_scope
WHERE Node NOT IN
    (
        SELECT CanonicalNode FROM work_touched_kin
        WHERE NamedNode IN
            (
                SELECT arrayJoin(Nodes) FROM work_incoming WHERE length(Nodes) <= {many:UInt64}
                UNION ALL
                SELECT reinterpretAsUInt128(sipHash128(toString(Tenant), KeyRoot, KeyId))
                FROM work_incoming WHERE KeyRoot != ''
            )
        UNION ALL
        SELECT arrayJoin(if(length(Roots) <= {many:UInt64}, Roots, [arrayMin(Roots)]))
        FROM
        (
            SELECT groupUniqArray(CanonicalNode) AS Roots FROM work_walk WHERE Rank = 0 GROUP BY No, Origin
        )
    )
