-- Every producer with the numbers that are missing: below a number that came, or up to the last that it says it gave.
-- A gap shows from the moment that a number behind it was stored.
WITH
    runs AS
    (
        SELECT
            ProducerId, FirstSeq, LastSeq, Closing, ServiceName, System, StoredAt,
            max(LastSeq) OVER earlier AS CoveredTo, min(StoredAt) OVER later AS Since
        FROM producer_runs
        WHERE Tenant = {tenant:String} AND StoredAt <= {stored_by:DateTime64(9, 'UTC')}
        WINDOW
            earlier AS
                (PARTITION BY ProducerId ORDER BY FirstSeq, LastSeq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
            later AS
                (PARTITION BY ProducerId ORDER BY FirstSeq, LastSeq ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
    ),
    producers AS
    (
        SELECT
            ProducerId, any(r.ServiceName) AS Service, max(r.System) AS Origin, min(StoredAt) AS FirstStored,
            max(StoredAt) AS LastStored, max(LastSeq) AS Highest, max(Closing) AS Last,
            groupArrayIf((CoveredTo + 1, toUInt64(FirstSeq - 1), Since), FirstSeq > CoveredTo + 1) AS Between,
            minIf(StoredAt, Closing > 0) AS ClosedAt
        FROM runs AS r
        GROUP BY ProducerId
    )
SELECT
    ProducerId AS producer, Service AS service, Origin AS system, FirstStored AS first_seen, LastStored AS last_seen,
    greatest(Highest, Last) AS last_number, Last > 0 AS closed,
    arrayFilter(
        gap -> gap.3 <= {settled_by:DateTime64(9, 'UTC')},
        arrayConcat(Between, if(Last > Highest, [(Highest + 1, Last, ClosedAt)], []))) AS gaps,
    NOT closed AND LastStored <= {quiet_by:DateTime64(9, 'UTC')}
        AND Service IN (SELECT p.Service FROM producers AS p WHERE p.Last > 0) AS unclosed
FROM producers
WHERE {everything:Bool} OR notEmpty(gaps) OR unclosed
ORDER BY notEmpty(gaps) DESC, unclosed DESC, last_seen DESC, producer
LIMIT {limit:UInt64}
