-- Numbers of a producer that came in one commit, as runs without a gap.
INSERT INTO producer_runs
SELECT Tenant, ProducerId, run[1], run[-1], Closing, ServiceName, System, StoredAt
FROM
(
    SELECT
        Tenant, ProducerId, StoredAt, arraySort(groupUniqArray(ProducerSeq)) AS numbers, max(ProducerLast) AS Closing,
        any(ServiceName) AS ServiceName, max(System) AS System
    FROM work_incoming
    WHERE ProducerId != '' AND ProducerSeq > 0
    GROUP BY Tenant, ProducerId, StoredAt
)
ARRAY JOIN arraySplit(
    (number, before) -> number != before + 1, numbers, arrayPushFront(arrayPopBack(numbers), toUInt64(0))) AS run
