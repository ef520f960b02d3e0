-- From the wire to the rows: what the collector inserts, and the views that decode it.
--
-- One table per encoding takes requests as they came (ClickHouse parses them), both views write `received_spans`: one
-- row per span, in one form whatever its encoding. The last view reads the business columns and writes `spans`. The
-- tables between keep nothing (ENGINE = Null).
--
-- Each column and function that a view or a MATERIALIZED column adds costs every insert about 0.1 ms of planning: that
-- is the price of the shortest insert, so there is nothing here for convenience.

-- An insert is acknowledged when it would survive a loss of power. A new part is one file (compact), so that this
-- costs a few fsyncs, not hundreds; merges make wide parts.
ALTER TABLE spans MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_wide_part = 268435456;

-- One row per ScopeSpans of an OTLP/protobuf request, with its resource beside it. Each field is a column of its own,
-- named by its path in otlp.proto. A `json` is a value that the door turned into JSON, because it nests deeper than a
-- list of strings.
CREATE TABLE IF NOT EXISTS otlp_protobuf
(
    tenant LowCardinality(String),
    batch String,
    stored_at UInt64,
    `resource.attributes.value.kind` Array(
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)),
    `resource.attributes.key` Array(LowCardinality(String)), `resource.attributes.value.text` Array(String),
    `resource.attributes.value.bool` Array(Bool), `resource.attributes.value.int` Array(Int64),
    `resource.attributes.value.double` Array(Float64), `resource.attributes.value.bytes` Array(String),
    `resource.attributes.value.json` Array(String), `resource.attributes.value.list.items.text` Array(Array(String)),
    `scoped.scope.name` LowCardinality(String),
    `scoped.scope.version` LowCardinality(String),
    `scoped.spans.trace_id` Array(String),
    `scoped.spans.span_id` Array(String),
    `scoped.spans.trace_state` Array(String),
    `scoped.spans.parent_span_id` Array(String),
    `scoped.spans.flags` Array(UInt32),
    `scoped.spans.name` Array(LowCardinality(String)),
    `scoped.spans.kind` Array(Int32),
    `scoped.spans.start_time_unix_nano` Array(UInt64),
    `scoped.spans.end_time_unix_nano` Array(UInt64),
    `scoped.spans.status.message` Array(String),
    `scoped.spans.status.code` Array(Int32),
    `scoped.spans.attributes.value.kind` Array(Array(
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15))),
    `scoped.spans.attributes.key` Array(Array(LowCardinality(String))),
    `scoped.spans.attributes.value.text` Array(Array(String)),
    `scoped.spans.attributes.value.bool` Array(Array(Bool)), `scoped.spans.attributes.value.int` Array(Array(Int64)),
    `scoped.spans.attributes.value.double` Array(Array(Float64)),
    `scoped.spans.attributes.value.bytes` Array(Array(String)),
    `scoped.spans.attributes.value.json` Array(Array(String)),
    `scoped.spans.attributes.value.list.items.text` Array(Array(Array(String))),
    `scoped.spans.events.time_unix_nano` Array(Array(UInt64)),
    `scoped.spans.events.name` Array(Array(LowCardinality(String))),
    `scoped.spans.events.attributes.value.kind` Array(Array(Array(
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)))),
    `scoped.spans.events.attributes.key` Array(Array(Array(LowCardinality(String)))),
    `scoped.spans.events.attributes.value.text` Array(Array(Array(String))),
    `scoped.spans.events.attributes.value.bool` Array(Array(Array(Bool))),
    `scoped.spans.events.attributes.value.int` Array(Array(Array(Int64))),
    `scoped.spans.events.attributes.value.double` Array(Array(Array(Float64))),
    `scoped.spans.events.attributes.value.bytes` Array(Array(Array(String))),
    `scoped.spans.events.attributes.value.json` Array(Array(Array(String))),
    `scoped.spans.events.attributes.value.list.items.text` Array(Array(Array(Array(String)))),
    `scoped.spans.links.trace_id` Array(Array(String)),
    `scoped.spans.links.span_id` Array(Array(String)),
    `scoped.spans.links.trace_state` Array(Array(String)),
    `scoped.spans.links.attributes.value.kind` Array(Array(Array(
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)))),
    `scoped.spans.links.attributes.key` Array(Array(Array(LowCardinality(String)))),
    `scoped.spans.links.attributes.value.text` Array(Array(Array(String))),
    `scoped.spans.links.attributes.value.bool` Array(Array(Array(Bool))),
    `scoped.spans.links.attributes.value.int` Array(Array(Array(Int64))),
    `scoped.spans.links.attributes.value.double` Array(Array(Array(Float64))),
    `scoped.spans.links.attributes.value.bytes` Array(Array(Array(String))),
    `scoped.spans.links.attributes.value.json` Array(Array(Array(String))),
    `scoped.spans.links.attributes.value.list.items.text` Array(Array(Array(Array(String)))),

    -- Values as text. Each place is spelt out: a function of SQL would belong to the server, not to this database.
    ResourceAttributes Map(LowCardinality(String), String) MATERIALIZED mapFromArrays(
        `resource.attributes.key`,
        arrayMap(
            (kind, text, int, list, bool, double, json, bytes) -> multiIf(
                kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
                kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
                base64Encode(bytes)),
            `resource.attributes.value.kind`, `resource.attributes.value.text`,
            `resource.attributes.value.int`, `resource.attributes.value.list.items.text`,
            `resource.attributes.value.bool`, `resource.attributes.value.double`,
            `resource.attributes.value.json`, `resource.attributes.value.bytes`)),
    Texts Array(Array(String)) MATERIALIZED arrayMap(
        (kinds, texts, ints, lists, bools, doubles, jsons, blobs) -> arrayMap(
            (kind, text, int, list, bool, double, json, bytes) -> multiIf(
                kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
                kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
                base64Encode(bytes)),
            kinds, texts, ints, lists, bools, doubles, jsons, blobs),
        `scoped.spans.attributes.value.kind`, `scoped.spans.attributes.value.text`,
        `scoped.spans.attributes.value.int`, `scoped.spans.attributes.value.list.items.text`,
        `scoped.spans.attributes.value.bool`, `scoped.spans.attributes.value.double`,
        `scoped.spans.attributes.value.json`, `scoped.spans.attributes.value.bytes`),
    EventAttributes Array(Array(Map(LowCardinality(String), String))) MATERIALIZED arrayMap(
        (keys_, kinds_, texts_, ints_, lists_, bools_, doubles_, jsons_, blobs_) -> arrayMap(
            (keys, kinds, texts, ints, lists, bools, doubles, jsons, blobs) -> mapFromArrays(
                keys,
                arrayMap(
                    (kind, text, int, list, bool, double, json, bytes) -> multiIf(
                        kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
                        kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
                        base64Encode(bytes)),
                    kinds, texts, ints, lists, bools, doubles, jsons, blobs)),
            keys_, kinds_, texts_, ints_, lists_, bools_, doubles_, jsons_, blobs_),
        `scoped.spans.events.attributes.key`,
        `scoped.spans.events.attributes.value.kind`, `scoped.spans.events.attributes.value.text`,
        `scoped.spans.events.attributes.value.int`, `scoped.spans.events.attributes.value.list.items.text`,
        `scoped.spans.events.attributes.value.bool`, `scoped.spans.events.attributes.value.double`,
        `scoped.spans.events.attributes.value.json`, `scoped.spans.events.attributes.value.bytes`),
    LinkAttributes Array(Array(Map(LowCardinality(String), String))) MATERIALIZED arrayMap(
        (keys_, kinds_, texts_, ints_, lists_, bools_, doubles_, jsons_, blobs_) -> arrayMap(
            (keys, kinds, texts, ints, lists, bools, doubles, jsons, blobs) -> mapFromArrays(
                keys,
                arrayMap(
                    (kind, text, int, list, bool, double, json, bytes) -> multiIf(
                        kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
                        kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
                        base64Encode(bytes)),
                    kinds, texts, ints, lists, bools, doubles, jsons, blobs)),
            keys_, kinds_, texts_, ints_, lists_, bools_, doubles_, jsons_, blobs_),
        `scoped.spans.links.attributes.key`,
        `scoped.spans.links.attributes.value.kind`, `scoped.spans.links.attributes.value.text`,
        `scoped.spans.links.attributes.value.int`, `scoped.spans.links.attributes.value.list.items.text`,
        `scoped.spans.links.attributes.value.bool`, `scoped.spans.links.attributes.value.double`,
        `scoped.spans.links.attributes.value.json`, `scoped.spans.links.attributes.value.bytes`),
    LinkTraceIds Array(Array(String)) MATERIALIZED arrayMap(
        ids -> arrayMap(id -> lower(hex(id)), ids), `scoped.spans.links.trace_id`),
    LinkSpanIds Array(Array(String)) MATERIALIZED arrayMap(
        ids -> arrayMap(id -> lower(hex(id)), ids), `scoped.spans.links.span_id`)
)
ENGINE = Null;

-- One row per span, whatever its encoding was; every attribute's value as text beside its kind (of a key that stands
-- twice, the first counts). The MATERIALIZED columns are what the next view reads more than once.
CREATE TABLE IF NOT EXISTS received_spans
(
    Tenant LowCardinality(String),
    Batch UUID,
    StoredAt DateTime64(9, 'UTC'),
    TraceId String,
    SpanId String,
    ParentSpanId String,
    TraceState String,
    Flags UInt32,
    SpanName LowCardinality(String),
    Kind Int32,
    StartNs UInt64,
    EndNs UInt64,
    Keys Array(LowCardinality(String)),
    Kinds Array(Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)),
    Texts Array(String),
    Lists Array(Array(String)),
    Status Int32,
    StatusMessage String,
    EventNs Array(UInt64),
    EventNames Array(LowCardinality(String)),
    EventAttributes Array(Map(LowCardinality(String), String)),
    LinkTraceIds Array(String),
    LinkSpanIds Array(String),
    LinkTraceStates Array(String),
    LinkAttributes Array(Map(LowCardinality(String), String)),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeName LowCardinality(String),
    ScopeVersion LowCardinality(String),

    -- Times. A missing one is the other one, or the moment of storing; an end before its start is the start.
    FirstNs UInt64 MATERIALIZED least(
        multiIf(StartNs > 0, StartNs, EndNs > 0, EndNs, toUInt64(toUnixTimestamp64Nano(StoredAt))),
        9223372036854775807),
    OccurredText String MATERIALIZED Texts[indexOf(Keys, 'business.occurred_at')],
    DueText String MATERIALIZED Texts[indexOf(Keys, 'business.due_at')],

    Process LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.process')],
    TransactionText String MATERIALIZED Texts[indexOf(Keys, 'business.transaction')],
    Step LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.step')],
    OutcomeText LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.outcome')],
    AmountText String MATERIALIZED Texts[indexOf(Keys, 'business.amount')],
    CurrencyText LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.currency')],
    QuantityText String MATERIALIZED Texts[indexOf(Keys, 'business.quantity')],
    IdScope String MATERIALIZED Texts[indexOf(Keys, 'business.id_scope')],

    -- Attributes whose name carries an entity type: (name, value), one pair for each value of a list.
    IsNaming Array(Bool) MATERIALIZED arrayMap(
        key -> startsWith(key, 'business.entity.')
            OR startsWith(key, 'business.alias.')
            OR startsWith(key, 'business.allocation.'),
        Keys),
    Named Array(Tuple(String, String)) MATERIALIZED arrayFlatten(arrayMap(
        (key, kind, text, list) -> arrayMap(
            item -> (key, item),
            multiIf(kind = 'list', list, kind = 'json', JSONExtract(text, 'Array(String)'), [text])),
        arrayFilter((x, naming) -> naming, Keys, IsNaming),
        arrayFilter((x, naming) -> naming, Kinds, IsNaming),
        arrayFilter((x, naming) -> naming, Texts, IsNaming),
        arrayFilter((x, naming) -> naming, Lists, IsNaming)))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_protobuf_decoded TO received_spans AS
SELECT
    tenant AS Tenant, toUUID(batch) AS Batch,
    fromUnixTimestamp64Nano(toInt64(stored_at), 'UTC') AS StoredAt,
    lower(hex(trace_id)) AS TraceId, lower(hex(span_id)) AS SpanId, lower(hex(parent_span_id)) AS ParentSpanId,
    TraceState, Flags, SpanName, Kind, StartNs, EndNs, Keys, Kinds, SpanTexts AS Texts, Lists, Status, StatusMessage,
    EventNs, EventNames, SpanEventAttributes AS EventAttributes, SpanLinkTraceIds AS LinkTraceIds,
    SpanLinkSpanIds AS LinkSpanIds, LinkTraceStates, SpanLinkAttributes AS LinkAttributes,
    ResourceAttributes, `scoped.scope.name` AS ScopeName, `scoped.scope.version` AS ScopeVersion
FROM otlp_protobuf
ARRAY JOIN
    `scoped.spans.trace_id` AS trace_id, `scoped.spans.span_id` AS span_id,
    `scoped.spans.parent_span_id` AS parent_span_id, `scoped.spans.trace_state` AS TraceState,
    `scoped.spans.flags` AS Flags, `scoped.spans.name` AS SpanName, `scoped.spans.kind` AS Kind,
    `scoped.spans.start_time_unix_nano` AS StartNs, `scoped.spans.end_time_unix_nano` AS EndNs,
    `scoped.spans.attributes.key` AS Keys, `scoped.spans.attributes.value.kind` AS Kinds, Texts AS SpanTexts,
    `scoped.spans.attributes.value.list.items.text` AS Lists, `scoped.spans.status.code` AS Status,
    `scoped.spans.status.message` AS StatusMessage, `scoped.spans.events.time_unix_nano` AS EventNs,
    `scoped.spans.events.name` AS EventNames, EventAttributes AS SpanEventAttributes,
    LinkTraceIds AS SpanLinkTraceIds, LinkSpanIds AS SpanLinkSpanIds,
    `scoped.spans.links.trace_state` AS LinkTraceStates, LinkAttributes AS SpanLinkAttributes;

-- One row per OTLP/JSON request. A value is read as {kind: text}; a list's text is its JSON.
CREATE TABLE IF NOT EXISTS otlp_json
(
    tenant LowCardinality(String),
    batch String,
    stored_at UInt64,
    request Tuple(resourceSpans Array(Tuple(
        resource Tuple(attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String)))),
        scopeSpans Array(Tuple(
            scope Tuple(name LowCardinality(String), version LowCardinality(String)),
            spans Array(Tuple(
                traceId String, spanId String, traceState String, parentSpanId String, flags UInt32,
                name LowCardinality(String), kind Int32, startTimeUnixNano UInt64, endTimeUnixNano UInt64,
                attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String))),
                events Array(Tuple(
                    timeUnixNano UInt64, name LowCardinality(String),
                    attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String))))),
                links Array(Tuple(
                    traceId String, spanId String, traceState String,
                    attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String))))),
                status Tuple(message String, code Int32))))))))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_json_decoded TO received_spans AS
SELECT
    Tenant, Batch, StoredAt,
    lower(s.traceId) AS TraceId, lower(s.spanId) AS SpanId, lower(s.parentSpanId) AS ParentSpanId,
    s.traceState AS TraceState, s.flags AS Flags, s.name AS SpanName, s.kind AS Kind,
    s.startTimeUnixNano AS StartNs, s.endTimeUnixNano AS EndNs,
    s.attributes.key AS Keys,
    arrayMap(
        v -> multiIf(
            mapContains(v, 'stringValue'), 'text', mapContains(v, 'intValue'), 'int',
            mapContains(v, 'arrayValue'), 'list', mapContains(v, 'boolValue'), 'bool',
            mapContains(v, 'doubleValue'), 'double', mapContains(v, 'jsonText'), 'json',
            mapContains(v, 'bytesValue'), 'bytes', 'no'),
        s.attributes.value) AS Kinds,
    arrayMap(
        v -> multiIf(
            mapContains(v, 'stringValue'), v['stringValue'],
            mapContains(v, 'intValue'), toString(toInt64OrZero(v['intValue'])),
            mapContains(v, 'arrayValue'), toJSONString(
                JSONExtract(v['arrayValue'], 'values', 'Array(Tuple(stringValue String))').stringValue),
            mapContains(v, 'boolValue'), v['boolValue'],
            mapContains(v, 'doubleValue'), toString(toFloat64OrZero(v['doubleValue'])),
            mapContains(v, 'jsonText'), v['jsonText'],
            v['bytesValue']),
        s.attributes.value) AS Texts,
    arrayMap(
        v -> JSONExtract(v['arrayValue'], 'values', 'Array(Tuple(stringValue String))').stringValue,
        s.attributes.value) AS Lists,
    s.status.code AS Status, s.status.message AS StatusMessage,
    s.events.timeUnixNano AS EventNs, s.events.name AS EventNames,
    arrayMap(
        event -> mapFromArrays(
            event.key,
            arrayMap(
                v -> multiIf(
                    mapContains(v, 'stringValue'), v['stringValue'],
                    mapContains(v, 'intValue'), toString(toInt64OrZero(v['intValue'])),
                    mapContains(v, 'arrayValue'), toJSONString(
                        JSONExtract(v['arrayValue'], 'values', 'Array(Tuple(stringValue String))').stringValue),
                    mapContains(v, 'boolValue'), v['boolValue'],
                    mapContains(v, 'doubleValue'), toString(toFloat64OrZero(v['doubleValue'])),
                    mapContains(v, 'jsonText'), v['jsonText'],
                    v['bytesValue']),
                event.value)),
        s.events.attributes) AS EventAttributes,
    arrayMap(id -> lower(id), s.links.traceId) AS LinkTraceIds,
    arrayMap(id -> lower(id), s.links.spanId) AS LinkSpanIds,
    s.links.traceState AS LinkTraceStates,
    arrayMap(
        link -> mapFromArrays(
            link.key,
            arrayMap(
                v -> multiIf(
                    mapContains(v, 'stringValue'), v['stringValue'],
                    mapContains(v, 'intValue'), toString(toInt64OrZero(v['intValue'])),
                    mapContains(v, 'arrayValue'), toJSONString(
                        JSONExtract(v['arrayValue'], 'values', 'Array(Tuple(stringValue String))').stringValue),
                    mapContains(v, 'boolValue'), v['boolValue'],
                    mapContains(v, 'doubleValue'), toString(toFloat64OrZero(v['doubleValue'])),
                    mapContains(v, 'jsonText'), v['jsonText'],
                    v['bytesValue']),
                link.value)),
        s.links.attributes) AS LinkAttributes,
    ResourceAttributes, ScopeName, ScopeVersion
FROM
(
    SELECT Tenant, Batch, StoredAt, ResourceAttributes, name AS ScopeName, version AS ScopeVersion, spans
    FROM
    (
        SELECT
            tenant AS Tenant, toUUID(batch) AS Batch, fromUnixTimestamp64Nano(toInt64(stored_at), 'UTC') AS StoredAt,
            mapFromArrays(
                resource.attributes.key,
                arrayMap(
                    v -> multiIf(
                        mapContains(v, 'stringValue'), v['stringValue'],
                        mapContains(v, 'intValue'), toString(toInt64OrZero(v['intValue'])),
                        mapContains(v, 'arrayValue'), toJSONString(
                            JSONExtract(v['arrayValue'], 'values', 'Array(Tuple(stringValue String))').stringValue),
                        mapContains(v, 'boolValue'), v['boolValue'],
                        mapContains(v, 'doubleValue'), toString(toFloat64OrZero(v['doubleValue'])),
                        mapContains(v, 'jsonText'), v['jsonText'],
                        v['bytesValue']),
                    resource.attributes.value)) AS ResourceAttributes,
            scoped.scope.name AS names, scoped.scope.version AS versions, scoped.spans AS span_lists
        FROM otlp_json
        ARRAY JOIN request.resourceSpans.resource AS resource, request.resourceSpans.scopeSpans AS scoped
    )
    ARRAY JOIN names AS name, versions AS version, span_lists AS spans
)
ARRAY JOIN spans AS s;

-- The business columns. A value that cannot be read never loses its span: the column stays empty and Problems names it.
CREATE MATERIALIZED VIEW IF NOT EXISTS received_spans_stored TO spans AS
WITH
    least(greatest(EndNs, FirstNs), 9223372036854775807) AS LastNs,
    parseDateTime64BestEffortOrNull(
        extract(
            upper(OccurredText),
            '^\\d{4}-\\d\\d-\\d\\d[T ](?:[01]\\d|2[0-3]):[0-5]\\d:[0-6]\\d(?:[.]\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)$'),
        9, 'UTC') AS OccurredGiven,
    -- ('business.allocation.invoice', 'INV-1=100.00'): what stands after the last '=' is the amount.
    arrayFilter(n -> startsWith(n.1, 'business.allocation.'), Named) AS AllocationItems,
    arrayMap(
        a -> (substring(a.1, 21), extract(a.2, '^(.*)='), toDecimal128OrZero(extract(a.2, '=([^=]*)$'), 9)),
        arrayFilter(n -> length(n.1) > 20 AND match(n.2, '.=[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), AllocationItems)
    ) AS Allocations,
    arrayDistinct(arrayConcat(
        arrayMap(
            n -> (substring(n.1, 17), n.2),
            arrayFilter(n -> startsWith(n.1, 'business.entity.') AND length(n.1) > 16 AND n.2 != '', Named)),
        arrayMap(a -> (a.1, a.2), Allocations))) AS Entities,
    arrayFilter(n -> startsWith(n.1, 'business.alias.') AND n.2 != '', Named) AS AliasItems,
    arrayFilter(n -> countEqual(EntityTypes, substring(n.1, 16)) = 1, AliasItems) AS Aliases,
    arrayMap(key -> startsWith(key, 'business.attribute.') AND position(key, '.', 20) > 20, Keys) AS IsFact,
    arrayFilter((key, is) -> is, Keys, IsFact) AS FactKeys,
    extract(OutcomeText, '^(?:success|failure|rejected|partial|skipped|cancelled|compensated)$') AS OutcomeGiven
SELECT
    Tenant, TraceId, SpanId, ParentSpanId, TraceState, Flags,
    fromUnixTimestamp64Nano(toInt64(FirstNs), 'UTC') AS Timestamp, LastNs - FirstNs AS Duration, SpanName,
    transform(Kind, [1, 2, 3, 4, 5], ['Internal', 'Server', 'Client', 'Producer', 'Consumer'], 'Unspecified')
        AS SpanKind,
    ResourceAttributes['service.name'] AS ServiceName, ResourceAttributes, ScopeName, ScopeVersion,
    CAST((Keys, Texts), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    transform(Status, [1, 2], ['Ok', 'Error'], 'Unset') AS StatusCode, StatusMessage,
    arrayMap(ns -> fromUnixTimestamp64Nano(toInt64(least(ns, 9223372036854775807)), 'UTC'), EventNs)
        AS `Events.Timestamp`,
    EventNames AS `Events.Name`, EventAttributes AS `Events.Attributes`,
    LinkTraceIds AS `Links.TraceId`, LinkSpanIds AS `Links.SpanId`, LinkTraceStates AS `Links.TraceState`,
    LinkAttributes AS `Links.Attributes`,
    StoredAt, Batch,
    cityHash64(
        TraceId, SpanId, ParentSpanId, TraceState, Flags, SpanName, Kind, StartNs, EndNs, Keys, Texts,
        Status, StatusMessage, EventNs, EventNames, EventAttributes,
        LinkTraceIds, LinkSpanIds, LinkTraceStates, LinkAttributes, ResourceAttributes, ScopeName, ScopeVersion)
        AS ContentHash,
    ifNull(OccurredGiven, fromUnixTimestamp64Nano(toInt64(LastNs), 'UTC')) AS OccurredAt,
    Process,
    if(
        Process = '' OR TransactionText = '' OR position(TransactionText, '/') > 0,
        TransactionText, concat(Process, '/', TransactionText)) AS TransactionKey,
    Step,
    Texts[indexOf(Keys, 'business.system')] AS System,
    Entities.1 AS EntityTypes,
    if(IdScope = '', Entities.2, arrayMap(e -> concat(IdScope, '/', e.2), Entities)) AS EntityIds,
    arrayMap(a -> substring(a.1, 16), Aliases) AS AliasTypes,
    Aliases.2 AS AliasIds,
    arrayMap(key -> substring(key, 20, position(key, '.', 20) - 20), FactKeys) AS AttributeTypes,
    arrayMap(key -> substring(key, position(key, '.', 20) + 1), FactKeys) AS AttributeKeys,
    arrayFilter((text, is) -> is, Texts, IsFact) AS AttributeValues,
    multiIf(Step = '', '', OutcomeGiven != '', OutcomeGiven, Status = 2, 'failure', 'success') AS Outcome,
    toDecimal128OrNull(extract(AmountText, '^[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), 9) AS Amount,
    extract(CurrencyText, '^[A-Z]{3}$') AS Currency,
    Allocations.1 AS AllocationTypes,
    if(IdScope = '', Allocations.2, arrayMap(a -> concat(IdScope, '/', a.2), Allocations)) AS AllocationIds,
    Allocations.3 AS AllocationAmounts,
    toDecimal128OrNull(extract(QuantityText, '^[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), 9) AS Quantity,
    Texts[indexOf(Keys, 'business.unit')] AS Unit,
    Texts[indexOf(Keys, 'business.legal_entity')] AS LegalEntity,
    Texts[indexOf(Keys, 'business.region')] AS Region,
    parseDateTime64BestEffortOrNull(
        extract(
            upper(DueText),
            '^\\d{4}-\\d\\d-\\d\\d[T ](?:[01]\\d|2[0-3]):[0-5]\\d:[0-6]\\d(?:[.]\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)$'),
        9, 'UTC') AS DueAt,
    Texts[indexOf(Keys, 'business.idempotency_key')] AS IdempotencyKey,
    toUInt32OrZero(Texts[indexOf(Keys, 'business.attempt')]) AS Attempt,
    Texts[indexOf(Keys, 'business.replay_of')] AS ReplayOf,
    Texts[indexOf(Keys, 'business.error.kind')] AS ErrorKind,
    Texts[indexOf(Keys, 'business.error.code')] AS ErrorCode,
    Texts[indexOf(Keys, 'business.error.message')] AS ErrorMessage,
    transform(
        Texts[indexOf(Keys, 'business.error.retryable')],
        ['true', 'false'], [true, false]::Array(Nullable(Bool)), NULL) AS ErrorRetryable,
    Texts[indexOf(Keys, 'business.impact')] AS Impact,
    toUInt64OrZero(Texts[indexOf(Keys, 'business.record_count')]) AS RecordCount,
    Texts[indexOf(Keys, 'business.producer.id')] AS ProducerId,
    toUInt64OrZero(Texts[indexOf(Keys, 'business.producer.seq')]) AS ProducerSeq,
    Texts[indexOf(Keys, 'business.announces')] AS Announces,
    arrayFilter(
        (problem, found) -> found,
        [
            'amount_not_a_number', 'amount_without_currency', 'unknown_currency', 'quantity_not_a_number',
            'occurred_at_unreadable', 'due_at_unreadable', 'allocation_unreadable', 'alias_ambiguous',
            'unknown_outcome', 'time_missing', 'end_before_start', 'occurs_in_future'],
        [
            AmountText != '' AND isNull(Amount), isNotNull(Amount) AND CurrencyText = '', CurrencyText != Currency,
            QuantityText != '' AND isNull(Quantity), OccurredText != '' AND isNull(OccurredGiven),
            DueText != '' AND isNull(DueAt), length(Allocations) < length(AllocationItems),
            length(Aliases) < length(AliasItems), OutcomeText != OutcomeGiven, StartNs = 0 OR EndNs = 0,
            EndNs > 0 AND EndNs < StartNs, OccurredAt > StoredAt]) AS Problems
FROM received_spans
WHERE
    match(TraceId, '^[0-9a-f]{32}$') AND TraceId != '00000000000000000000000000000000'
    AND match(SpanId, '^[0-9a-f]{16}$') AND SpanId != '0000000000000000';

-- Spans that were not stored, as they came: each with its resource and scope as an OTLP request of its own, so that it
-- can be looked at, mended and sent again.
CREATE TABLE IF NOT EXISTS rejected_spans
(
    Tenant LowCardinality(String),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Batch UUID,
    Reason LowCardinality(String),
    ServiceName LowCardinality(String),
    SpanName LowCardinality(String),
    TraceId String,
    SpanId String,
    Encoding LowCardinality(String),
    Request String CODEC(ZSTD(3))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(StoredAt)
ORDER BY (Tenant, StoredAt)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
