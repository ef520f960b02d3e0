-- The spans of the new group commits, with placeholders gone, the entities counted and each process's match
-- rules applied: the first that a span meets counts.
CREATE OR REPLACE TEMPORARY TABLE work_incoming ENGINE = Memory AS
WITH
    arrayFilter(
        (type, id) -> id != '' AND NOT has({placeholders:Array(String)}, concat(type, ':', id)),
        s.EntityTypes, s.EntityIds) AS types,
    arrayFilter(
        (id, type) -> id != '' AND NOT has({placeholders:Array(String)}, concat(type, ':', id)),
        s.EntityIds, s.EntityTypes) AS ids,
    arrayMap((type, id) -> concat(type, ':', id), AllocationTypes, AllocationIds) AS allocated,
    position(TransactionKey, '/') AS slash,
    substring(TransactionKey, 1, slash - 1) AS key_process,
    {roots:Array(String)}[indexOf({processes:Array(String)}, key_process)] AS key_root,
    substring(TransactionKey, slash + 1) AS key_id,
    slash > 1 AND key_root != '' AND key_id != ''
        AND NOT has({placeholders:Array(String)}, concat(key_root, ':', key_id)) AS key_valid,
    arrayFilter(
        rule -> arrayAll(
            (name, value) -> value = multiIf(
                name = 'service.name', ServiceName,
                name = 'span.name', SpanName,
                mapContains(SpanAttributes, name), SpanAttributes[name],
                ResourceAttributes[name]),
            rule.3, rule.4),
        {matches:Array(Tuple(String, String, Array(String), Array(String)))}) AS meets,
    arrayFilter((rule, i) -> indexOf(meets.1, rule.1) = i, meets, arrayEnumerate(meets)) AS matched
SELECT
    Tenant, TraceId, SpanId, ParentSpanId, ContentHash, StoredAt, OccurredAt,
    Timestamp, addNanoseconds(Timestamp, Duration) AS EndTime,
    multiIf(
        Step != '', [(toString(Process), toString(Step))],
        notEmpty(matched), arrayMap(rule -> (rule.1, rule.2), matched),
        notEmpty(types), [('', '')],
        []) AS Steps,
    if(key_valid, key_process, '') AS KeyProcess,
    if(key_valid, key_root, '') AS KeyRoot,
    if(key_valid, key_id, '') AS KeyId,
    types AS EntityTypes, ids AS EntityIds,
    arrayMap((type, id) -> reinterpretAsUInt128(sipHash128(toString(Tenant), toString(type), id)), types, ids) AS Nodes,
    arrayDistinct(types) AS Types,
    arrayMap(type -> toUInt32(countEqual(types, type)), Types) AS Counts,
    mapFromArrays(
        arrayFilter((type, count) -> count = 1, Types, Counts),
        arrayMap(type -> ids[indexOf(types, type)], arrayFilter((type, count) -> count = 1, Types, Counts))) AS Singles,
    arrayDistinct(AllocationTypes) AS SplitTypes,
    arrayMap(
        (type, id) -> if(
            has(allocated, concat(type, ':', id)),
            AllocationAmounts[indexOf(allocated, concat(type, ':', id))],
            NULL),
        types, ids) AS EntityAllocations,
    AliasTypes, AliasIds, AttributeTypes, AttributeKeys, AttributeValues,
    System,
    multiIf(s.Outcome != '', toString(s.Outcome), StatusCode = 'Error', 'failure', 'success') AS Outcome,
    ErrorKind, ErrorCode, ErrorMessage, Amount, Currency, DueAt, IdempotencyKey, LegalEntity, Region, Impact,
    ServiceName, ProducerId, ProducerSeq,
    if(ProducerId = '', 0, toUInt64OrZero(SpanAttributes['business.producer.last'])) AS ProducerLast
FROM spans AS s
WHERE Batch IN {batches:Array(UUID)} AND StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')}
