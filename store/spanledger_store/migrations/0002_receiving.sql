-- From the wire to the rows: what the collector inserts, and the views that decode it.
--
-- One table per encoding takes requests as they came (ClickHouse parses them), both views write `received_spans`: one
-- row per span, in one form whatever its encoding. Two more views read that: what has an identity becomes a row of
-- `spans`, what has none a row of `rejected_spans`. The tables between keep nothing (ENGINE = Null).

-- An insert is acknowledged when it would survive a loss of power. A new part is one file (compact), so that this
-- costs a few fsyncs, not hundreds; merges make wide parts.
ALTER TABLE spans MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1, min_bytes_for_wide_part = 268435456;

-- One row per ScopeSpans of an OTLP/protobuf request, with its resource beside it. `json_text` is a value that the door
-- turned into JSON, because it nests deeper than a list of strings.
CREATE TABLE IF NOT EXISTS otlp_protobuf
(
    tenant LowCardinality(String),
    request_number UInt32,
    batch String,
    stored_at UInt64,
    resource Tuple(attributes Array(Tuple(
            key LowCardinality(String),
            value Tuple(
                value Enum8('no' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'bytes_value' = 7, 'json_text' = 15),
                string_value String, bool_value Bool, int_value Int64, double_value Float64, bytes_value String, json_text String,
                array_value Tuple(values Array(Tuple(string_value String))))))),
    scope_spans Tuple(
        scope Tuple(name LowCardinality(String), version LowCardinality(String)),
        spans Array(Tuple(
            trace_id String, span_id String, trace_state String, parent_span_id String, flags UInt32,
            name LowCardinality(String), kind Int32, start_time_unix_nano UInt64, end_time_unix_nano UInt64,
            attributes Array(Tuple(
                key LowCardinality(String),
                value Tuple(
                    value Enum8('no' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'bytes_value' = 7, 'json_text' = 15),
                    string_value String, bool_value Bool, int_value Int64, double_value Float64, bytes_value String, json_text String,
                    array_value Tuple(values Array(Tuple(string_value String)))))),
            events Array(Tuple(
                time_unix_nano UInt64, name LowCardinality(String),
                attributes Array(Tuple(
                    key LowCardinality(String),
                    value Tuple(
                        value Enum8('no' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'bytes_value' = 7, 'json_text' = 15),
                        string_value String, bool_value Bool, int_value Int64, double_value Float64, bytes_value String, json_text String,
                        array_value Tuple(values Array(Tuple(string_value String)))))))),
            links Array(Tuple(
                trace_id String, span_id String, trace_state String,
                attributes Array(Tuple(
                    key LowCardinality(String),
                    value Tuple(
                        value Enum8('no' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'bytes_value' = 7, 'json_text' = 15),
                        string_value String, bool_value Bool, int_value Int64, double_value Float64, bytes_value String, json_text String,
                        array_value Tuple(values Array(Tuple(string_value String)))))))),
            status Tuple(message String, code Int32))))
)
ENGINE = Null;

-- One row per span, whatever its encoding was; every attribute's value as text beside its kind (of a key that stands
-- twice, the first counts). The MATERIALIZED columns read the business attributes once, on arrival. A value that cannot
-- be read never loses its span: the column stays empty and Problems names it.
CREATE TABLE IF NOT EXISTS received_spans
(
    Tenant LowCardinality(String),
    RequestNumber UInt32,
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
    Kinds Array(Enum8('no' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3, 'double_value' = 4, 'array_value' = 5, 'bytes_value' = 7, 'json_text' = 15)),
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

    Identified Bool MATERIALIZED
        match(TraceId, '^[0-9a-f]{32}$') AND TraceId != '00000000000000000000000000000000'
        AND match(SpanId, '^[0-9a-f]{16}$') AND SpanId != '0000000000000000',
    ContentHash UInt64 MATERIALIZED cityHash64(
        TraceId, SpanId, ParentSpanId, TraceState, Flags, SpanName, Kind, StartNs, EndNs, Keys, Texts,
        Status, StatusMessage, EventNs, EventNames, EventAttributes,
        LinkTraceIds, LinkSpanIds, LinkTraceStates, LinkAttributes, ResourceAttributes, ScopeName, ScopeVersion),

    -- Times. A missing one is the other one, or the moment of storing; an end before its start is the start.
    FirstNs UInt64 MATERIALIZED least(
        multiIf(StartNs > 0, StartNs, EndNs > 0, EndNs, toUInt64(toUnixTimestamp64Nano(StoredAt))), 9223372036854775807),
    LastNs UInt64 MATERIALIZED least(greatest(EndNs, FirstNs), 9223372036854775807),
    OccurredText String MATERIALIZED Texts[indexOf(Keys, 'business.occurred_at')],
    OccurredGiven Nullable(DateTime64(9, 'UTC')) MATERIALIZED if(
        match(
            OccurredText,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-6][0-9](?:[.][0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$'),
        parseDateTime64BestEffortOrNull(upper(OccurredText), 9, 'UTC'), NULL),
    OccurredAt DateTime64(9, 'UTC') MATERIALIZED ifNull(OccurredGiven, fromUnixTimestamp64Nano(toInt64(LastNs), 'UTC')),
    DueText String MATERIALIZED Texts[indexOf(Keys, 'business.due_at')],
    DueAt Nullable(DateTime64(9, 'UTC')) MATERIALIZED if(
        match(
            DueText,
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-6][0-9](?:[.][0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$'),
        parseDateTime64BestEffortOrNull(upper(DueText), 9, 'UTC'), NULL),

    Process LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.process')],
    TransactionText String MATERIALIZED Texts[indexOf(Keys, 'business.transaction')],
    Step LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.step')],
    OutcomeText LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.outcome')],
    OutcomeKnown Bool MATERIALIZED OutcomeText IN (
        'success', 'failure', 'rejected', 'partial', 'skipped', 'cancelled', 'compensated'),

    -- Money and measures are exact or empty.
    AmountText String MATERIALIZED Texts[indexOf(Keys, 'business.amount')],
    Amount Nullable(Decimal(38, 9)) MATERIALIZED if(
        match(AmountText, '^[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), toDecimal128OrNull(AmountText, 9), NULL),
    CurrencyText LowCardinality(String) MATERIALIZED Texts[indexOf(Keys, 'business.currency')],
    Currency LowCardinality(String) MATERIALIZED if(match(CurrencyText, '^[A-Z]{3}$'), CurrencyText, ''),
    QuantityText String MATERIALIZED Texts[indexOf(Keys, 'business.quantity')],
    Quantity Nullable(Decimal(38, 9)) MATERIALIZED if(
        match(QuantityText, '^[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), toDecimal128OrNull(QuantityText, 9), NULL),

    -- Attributes whose name carries an entity type: (family, type, value), one for each value of a list.
    Families Array(UInt8) MATERIALIZED arrayMap(
        key -> multiIf(
            NOT startsWith(key, 'business.'), 0,
            startsWith(key, 'business.entity.'), 1,
            startsWith(key, 'business.alias.'), 2,
            startsWith(key, 'business.allocation.'), 3,
            startsWith(key, 'business.attribute.'), 4, 0),
        Keys),
    Named Array(Tuple(UInt8, String, String)) MATERIALIZED arrayFlatten(arrayMap(
        (family, key, kind, text, list) -> arrayMap(
            item -> (family, substring(key, position(key, '.', 10) + 1), item),
            multiIf(
                kind = 'array_value', list, kind = 'json_text', JSONExtract(text, 'Array(String)'), [text])),
        arrayFilter((x, family) -> family BETWEEN 1 AND 3, Families, Families),
        arrayFilter((x, family) -> family BETWEEN 1 AND 3, Keys, Families),
        arrayFilter((x, family) -> family BETWEEN 1 AND 3, Kinds, Families),
        arrayFilter((x, family) -> family BETWEEN 1 AND 3, Texts, Families),
        arrayFilter((x, family) -> family BETWEEN 1 AND 3, Lists, Families))),
    FactKeys Array(String) MATERIALIZED arrayFilter((key, family) -> family = 4, Keys, Families),

    -- ("INV-1=100.00") as (type, id, amount): what stands after the last '=' is the amount.
    AllocationTexts Array(Tuple(UInt8, String, String)) MATERIALIZED arrayFilter(n -> n.1 = 3, Named),
    Allocations Array(Tuple(String, String, Decimal(38, 9))) MATERIALIZED arrayMap(
        a -> (a.2, substring(a.3, 1, length(a.3) - position(reverse(a.3), '=')), toDecimal128OrZero(substring(a.3, length(a.3) - position(reverse(a.3), '=') + 2), 9)),
        arrayFilter(n -> n.2 != '' AND match(n.3, '.=[+-]?[0-9]{1,29}(?:[.][0-9]{1,9}0*)?$'), AllocationTexts)),
    IdScope String MATERIALIZED Texts[indexOf(Keys, 'business.id_scope')],
    Entities Array(Tuple(String, String)) MATERIALIZED arrayDistinct(arrayFilter(
        e -> e.1 != '' AND e.2 != '',
        arrayConcat(
            arrayMap(n -> (n.2, n.3), arrayFilter(n -> n.1 = 1, Named)),
            arrayMap(a -> (a.1, a.2), Allocations)))),
    AliasTexts Array(Tuple(UInt8, String, String)) MATERIALIZED arrayFilter(
        n -> n.1 = 2 AND n.2 != '' AND n.3 != '', Named),
    Aliases Array(Tuple(UInt8, String, String)) MATERIALIZED arrayDistinct(arrayFilter(
        a -> arrayCount(e -> e.1 = a.2, Entities) = 1, AliasTexts)),

    Problems Array(String) MATERIALIZED arrayFilter(problem -> problem != '', [
        if(AmountText != '' AND isNull(Amount), 'amount_not_a_number', ''),
        if(isNotNull(Amount) AND CurrencyText = '', 'amount_without_currency', ''),
        if(CurrencyText != Currency, 'unknown_currency', ''),
        if(QuantityText != '' AND isNull(Quantity), 'quantity_not_a_number', ''),
        if(OccurredText != '' AND isNull(OccurredGiven), 'occurred_at_unreadable', ''),
        if(DueText != '' AND isNull(DueAt), 'due_at_unreadable', ''),
        if(length(Allocations) < length(AllocationTexts), 'allocation_unreadable', ''),
        if(arrayExists(a -> arrayCount(e -> e.1 = a.2, Entities) != 1, AliasTexts), 'alias_ambiguous', ''),
        if(OutcomeText != '' AND NOT OutcomeKnown, 'unknown_outcome', ''),
        if(StartNs = 0 OR EndNs = 0, 'time_missing', ''),
        if(EndNs > 0 AND EndNs < StartNs, 'end_before_start', ''),
        if(OccurredAt > StoredAt, 'occurs_in_future', '')])
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_protobuf_decoded TO received_spans AS
SELECT
    Tenant, RequestNumber, Batch, StoredAt,
    lower(hex(trace_id)) AS TraceId, lower(hex(span_id)) AS SpanId, lower(hex(parent_span_id)) AS ParentSpanId,
    trace_state AS TraceState, flags AS Flags, name AS SpanName, kind AS Kind,
    start_time_unix_nano AS StartNs, end_time_unix_nano AS EndNs,
    attributes.key AS Keys, attributes.value.value AS Kinds,
    arrayMap(
        (kind, string, int, strings, bool, double, json, bytes) -> multiIf(
            kind = 'string_value', string, kind = 'int_value', toString(int), kind = 'array_value', toJSONString(strings),
            kind = 'bool_value', toString(bool), kind = 'double_value', toString(double), kind = 'json_text', json,
            base64Encode(bytes)),
        attributes.value.value, attributes.value.string_value, attributes.value.int_value, attributes.value.array_value.values.string_value,
        attributes.value.bool_value, attributes.value.double_value, attributes.value.json_text, attributes.value.bytes_value) AS Texts,
    attributes.value.array_value.values.string_value AS Lists,
    status_code AS Status, status_message AS StatusMessage,
    events_time_unix_nano AS EventNs, events_name AS EventNames,
    arrayMap(e -> CAST((
        e.key,
        arrayMap(
            (kind, string, int, strings, bool, double, json, bytes) -> multiIf(
                kind = 'string_value', string, kind = 'int_value', toString(int), kind = 'array_value', toJSONString(strings),
                kind = 'bool_value', toString(bool), kind = 'double_value', toString(double), kind = 'json_text', json,
                base64Encode(bytes)),
            e.value.value, e.value.string_value, e.value.int_value, e.value.array_value.values.string_value,
            e.value.bool_value, e.value.double_value, e.value.json_text, e.value.bytes_value)), 'Map(LowCardinality(String), String)'), events_attributes) AS EventAttributes,
    arrayMap(id -> lower(hex(id)), links_trace_id) AS LinkTraceIds,
    arrayMap(id -> lower(hex(id)), links_span_id) AS LinkSpanIds,
    links_trace_state AS LinkTraceStates,
    arrayMap(l -> CAST((
        l.key,
        arrayMap(
            (kind, string, int, strings, bool, double, json, bytes) -> multiIf(
                kind = 'string_value', string, kind = 'int_value', toString(int), kind = 'array_value', toJSONString(strings),
                kind = 'bool_value', toString(bool), kind = 'double_value', toString(double), kind = 'json_text', json,
                base64Encode(bytes)),
            l.value.value, l.value.string_value, l.value.int_value, l.value.array_value.values.string_value,
            l.value.bool_value, l.value.double_value, l.value.json_text, l.value.bytes_value)), 'Map(LowCardinality(String), String)'), links_attributes) AS LinkAttributes,
    ResourceAttributes, ScopeName, ScopeVersion
FROM
(
    SELECT
        tenant AS Tenant, request_number AS RequestNumber, toUUID(batch) AS Batch,
        fromUnixTimestamp64Nano(toInt64(stored_at), 'UTC') AS StoredAt,
        CAST((
            resource.attributes.key,
            arrayMap(
                (kind, string, int, strings, bool, double, json, bytes) -> multiIf(
                    kind = 'string_value', string, kind = 'int_value', toString(int), kind = 'array_value', toJSONString(strings),
                    kind = 'bool_value', toString(bool), kind = 'double_value', toString(double), kind = 'json_text', json,
                    base64Encode(bytes)),
                resource.attributes.value.value, resource.attributes.value.string_value, resource.attributes.value.int_value, resource.attributes.value.array_value.values.string_value,
                resource.attributes.value.bool_value, resource.attributes.value.double_value, resource.attributes.value.json_text, resource.attributes.value.bytes_value)), 'Map(LowCardinality(String), String)') AS ResourceAttributes,
        scope_spans.scope.name AS ScopeName, scope_spans.scope.version AS ScopeVersion,
        scope_spans.spans.trace_id AS trace_id,
        scope_spans.spans.span_id AS span_id,
        scope_spans.spans.parent_span_id AS parent_span_id,
        scope_spans.spans.trace_state AS trace_state,
        scope_spans.spans.flags AS flags,
        scope_spans.spans.name AS name,
        scope_spans.spans.kind AS kind,
        scope_spans.spans.start_time_unix_nano AS start_time_unix_nano,
        scope_spans.spans.end_time_unix_nano AS end_time_unix_nano,
        scope_spans.spans.attributes AS attributes,
        scope_spans.spans.status.code AS status_code,
        scope_spans.spans.status.message AS status_message,
        scope_spans.spans.events.time_unix_nano AS events_time_unix_nano,
        scope_spans.spans.events.name AS events_name,
        scope_spans.spans.events.attributes AS events_attributes,
        scope_spans.spans.links.trace_id AS links_trace_id,
        scope_spans.spans.links.span_id AS links_span_id,
        scope_spans.spans.links.trace_state AS links_trace_state,
        scope_spans.spans.links.attributes AS links_attributes
    FROM otlp_protobuf
)
ARRAY JOIN
    trace_id, span_id, parent_span_id, trace_state, flags, name, kind, start_time_unix_nano, end_time_unix_nano,
    attributes, status_code, status_message, events_time_unix_nano, events_name, events_attributes,
    links_trace_id, links_span_id, links_trace_state, links_attributes;

-- One row per OTLP/JSON request.
CREATE TABLE IF NOT EXISTS otlp_json
(
    tenant LowCardinality(String),
    request_number UInt32,
    batch String,
    stored_at UInt64,
    request Tuple(resourceSpans Array(Tuple(
        resource Tuple(attributes Array(Tuple(
            key LowCardinality(String),
            value Tuple(
                stringValue Nullable(String), boolValue Nullable(Bool), intValue Nullable(Int64), doubleValue Nullable(Float64),
                bytesValue Nullable(String), jsonText Nullable(String), arrayValue Nullable(String))))),
        scopeSpans Array(Tuple(
            scope Tuple(name LowCardinality(String), version LowCardinality(String)),
            spans Array(Tuple(
                traceId String, spanId String, traceState String, parentSpanId String, flags UInt32,
                name LowCardinality(String), kind Int32, startTimeUnixNano UInt64, endTimeUnixNano UInt64,
                attributes Array(Tuple(
                    key LowCardinality(String),
                    value Tuple(
                        stringValue Nullable(String), boolValue Nullable(Bool), intValue Nullable(Int64), doubleValue Nullable(Float64),
                        bytesValue Nullable(String), jsonText Nullable(String), arrayValue Nullable(String)))),
                events Array(Tuple(
                    timeUnixNano UInt64, name LowCardinality(String),
                    attributes Array(Tuple(
                        key LowCardinality(String),
                        value Tuple(
                            stringValue Nullable(String), boolValue Nullable(Bool), intValue Nullable(Int64), doubleValue Nullable(Float64),
                            bytesValue Nullable(String), jsonText Nullable(String), arrayValue Nullable(String)))))),
                links Array(Tuple(
                    traceId String, spanId String, traceState String,
                    attributes Array(Tuple(
                        key LowCardinality(String),
                        value Tuple(
                            stringValue Nullable(String), boolValue Nullable(Bool), intValue Nullable(Int64), doubleValue Nullable(Float64),
                            bytesValue Nullable(String), jsonText Nullable(String), arrayValue Nullable(String)))))),
                status Tuple(message String, code Int32))))))))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_json_decoded TO received_spans AS
SELECT
    Tenant, RequestNumber, Batch, StoredAt,
    lower(s.traceId) AS TraceId, lower(s.spanId) AS SpanId, lower(s.parentSpanId) AS ParentSpanId,
    s.traceState AS TraceState, s.flags AS Flags, s.name AS SpanName, s.kind AS Kind,
    s.startTimeUnixNano AS StartNs, s.endTimeUnixNano AS EndNs,
    s.attributes.key AS Keys,
    arrayMap(
        v -> multiIf(
            isNotNull(v.stringValue), 'string_value', isNotNull(v.intValue), 'int_value',
            isNotNull(v.arrayValue), 'array_value', isNotNull(v.boolValue), 'bool_value',
            isNotNull(v.doubleValue), 'double_value', isNotNull(v.jsonText), 'json_text',
            isNotNull(v.bytesValue), 'bytes_value', 'no'),
        s.attributes.value) AS Kinds,
    arrayMap(v -> multiIf(
            isNotNull(v.stringValue), assumeNotNull(v.stringValue),
            isNotNull(v.intValue), toString(assumeNotNull(v.intValue)),
            isNotNull(v.arrayValue), toJSONString(JSONExtract(assumeNotNull(v.arrayValue), 'values', 'Array(Tuple(stringValue String))').stringValue),
            isNotNull(v.boolValue), toString(assumeNotNull(v.boolValue)),
            isNotNull(v.doubleValue), toString(assumeNotNull(v.doubleValue)),
            isNotNull(v.jsonText), assumeNotNull(v.jsonText),
            ifNull(v.bytesValue, '')), s.attributes.value) AS Texts,
    arrayMap(
        v -> if(
            isNotNull(v.arrayValue),
            JSONExtract(assumeNotNull(v.arrayValue), 'values', 'Array(Tuple(stringValue String))').stringValue,
            []),
        s.attributes.value) AS Lists,
    s.status.code AS Status, s.status.message AS StatusMessage,
    s.events.timeUnixNano AS EventNs, s.events.name AS EventNames,
    arrayMap(e -> CAST((
        e.key,
        arrayMap(v -> multiIf(
                isNotNull(v.stringValue), assumeNotNull(v.stringValue),
                isNotNull(v.intValue), toString(assumeNotNull(v.intValue)),
                isNotNull(v.arrayValue), toJSONString(JSONExtract(assumeNotNull(v.arrayValue), 'values', 'Array(Tuple(stringValue String))').stringValue),
                isNotNull(v.boolValue), toString(assumeNotNull(v.boolValue)),
                isNotNull(v.doubleValue), toString(assumeNotNull(v.doubleValue)),
                isNotNull(v.jsonText), assumeNotNull(v.jsonText),
                ifNull(v.bytesValue, '')), e.value)), 'Map(LowCardinality(String), String)'), s.events.attributes) AS EventAttributes,
    arrayMap(id -> lower(id), s.links.traceId) AS LinkTraceIds,
    arrayMap(id -> lower(id), s.links.spanId) AS LinkSpanIds,
    s.links.traceState AS LinkTraceStates,
    arrayMap(l -> CAST((
        l.key,
        arrayMap(v -> multiIf(
                isNotNull(v.stringValue), assumeNotNull(v.stringValue),
                isNotNull(v.intValue), toString(assumeNotNull(v.intValue)),
                isNotNull(v.arrayValue), toJSONString(JSONExtract(assumeNotNull(v.arrayValue), 'values', 'Array(Tuple(stringValue String))').stringValue),
                isNotNull(v.boolValue), toString(assumeNotNull(v.boolValue)),
                isNotNull(v.doubleValue), toString(assumeNotNull(v.doubleValue)),
                isNotNull(v.jsonText), assumeNotNull(v.jsonText),
                ifNull(v.bytesValue, '')), l.value)), 'Map(LowCardinality(String), String)'), s.links.attributes) AS LinkAttributes,
    ResourceAttributes, ScopeName, ScopeVersion
FROM
(
    SELECT
        Tenant, RequestNumber, Batch, StoredAt, ResourceAttributes,
        scope_name AS ScopeName, scope_version AS ScopeVersion, spans
    FROM
    (
        SELECT
            tenant AS Tenant, request_number AS RequestNumber, toUUID(batch) AS Batch,
            fromUnixTimestamp64Nano(toInt64(stored_at), 'UTC') AS StoredAt,
            CAST((
                resource.attributes.key,
                arrayMap(v -> multiIf(
                        isNotNull(v.stringValue), assumeNotNull(v.stringValue),
                        isNotNull(v.intValue), toString(assumeNotNull(v.intValue)),
                        isNotNull(v.arrayValue), toJSONString(JSONExtract(assumeNotNull(v.arrayValue), 'values', 'Array(Tuple(stringValue String))').stringValue),
                        isNotNull(v.boolValue), toString(assumeNotNull(v.boolValue)),
                        isNotNull(v.doubleValue), toString(assumeNotNull(v.doubleValue)),
                        isNotNull(v.jsonText), assumeNotNull(v.jsonText),
                        ifNull(v.bytesValue, '')), resource.attributes.value)), 'Map(LowCardinality(String), String)') AS ResourceAttributes,
            scope_spans.scope.name AS scope_names, scope_spans.scope.version AS scope_versions,
            scope_spans.spans AS scope_span_lists
        FROM otlp_json
        ARRAY JOIN request.resourceSpans.resource AS resource, request.resourceSpans.scopeSpans AS scope_spans
    )
    ARRAY JOIN scope_names AS scope_name, scope_versions AS scope_version, scope_span_lists AS spans
)
ARRAY JOIN spans AS s;

CREATE MATERIALIZED VIEW IF NOT EXISTS received_spans_stored TO spans AS
SELECT
    Tenant, TraceId, SpanId, ParentSpanId, TraceState, Flags,
    fromUnixTimestamp64Nano(toInt64(FirstNs), 'UTC') AS Timestamp, LastNs - FirstNs AS Duration, SpanName,
    transform(Kind, [1, 2, 3, 4, 5], ['Internal', 'Server', 'Client', 'Producer', 'Consumer'], 'Unspecified') AS SpanKind,
    ResourceAttributes['service.name'] AS ServiceName, ResourceAttributes, ScopeName, ScopeVersion,
    CAST((Keys, Texts), 'Map(LowCardinality(String), String)') AS SpanAttributes,
    transform(Status, [1, 2], ['Ok', 'Error'], 'Unset') AS StatusCode, StatusMessage,
    arrayMap(ns -> fromUnixTimestamp64Nano(toInt64(least(ns, 9223372036854775807)), 'UTC'), EventNs) AS `Events.Timestamp`,
    EventNames AS `Events.Name`, EventAttributes AS `Events.Attributes`,
    LinkTraceIds AS `Links.TraceId`, LinkSpanIds AS `Links.SpanId`, LinkTraceStates AS `Links.TraceState`,
    LinkAttributes AS `Links.Attributes`,
    StoredAt, Batch, ContentHash, OccurredAt, Process,
    if(
        Process = '' OR TransactionText = '' OR position(TransactionText, '/') > 0,
        TransactionText, concat(Process, '/', TransactionText)) AS TransactionKey,
    Step,
    Texts[indexOf(Keys, 'business.system')] AS System,
    Entities.1 AS EntityTypes,
    if(IdScope = '', Entities.2, arrayMap(e -> concat(IdScope, '/', e.2), Entities)) AS EntityIds,
    Aliases.2 AS AliasTypes,
    Aliases.3 AS AliasIds,
    arrayMap(key -> substring(key, 20, position(key, '.', 20) - 20), FactKeys) AS AttributeTypes,
    arrayMap(key -> substring(key, position(key, '.', 20) + 1), FactKeys) AS AttributeKeys,
    arrayFilter((text, family) -> family = 4, Texts, Families) AS AttributeValues,
    multiIf(Step = '', '', OutcomeKnown, OutcomeText, Status = 2, 'failure', 'success') AS Outcome,
    Amount, Currency,
    Allocations.1 AS AllocationTypes,
    if(IdScope = '', Allocations.2, arrayMap(a -> concat(IdScope, '/', a.2), Allocations)) AS AllocationIds,
    Allocations.3 AS AllocationAmounts,
    Quantity,
    Texts[indexOf(Keys, 'business.unit')] AS Unit,
    Texts[indexOf(Keys, 'business.legal_entity')] AS LegalEntity,
    Texts[indexOf(Keys, 'business.region')] AS Region,
    DueAt,
    Texts[indexOf(Keys, 'business.idempotency_key')] AS IdempotencyKey,
    toUInt32OrZero(Texts[indexOf(Keys, 'business.attempt')]) AS Attempt,
    Texts[indexOf(Keys, 'business.replay_of')] AS ReplayOf,
    Texts[indexOf(Keys, 'business.error.kind')] AS ErrorKind,
    Texts[indexOf(Keys, 'business.error.code')] AS ErrorCode,
    Texts[indexOf(Keys, 'business.error.message')] AS ErrorMessage,
    transform(Texts[indexOf(Keys, 'business.error.retryable')], ['true', 'false'], [true, false]::Array(Nullable(Bool)), NULL)
        AS ErrorRetryable,
    Texts[indexOf(Keys, 'business.impact')] AS Impact,
    toUInt64OrZero(Texts[indexOf(Keys, 'business.record_count')]) AS RecordCount,
    Texts[indexOf(Keys, 'business.producer.id')] AS ProducerId,
    toUInt64OrZero(Texts[indexOf(Keys, 'business.producer.seq')]) AS ProducerSeq,
    Texts[indexOf(Keys, 'business.announces')] AS Announces,
    Problems
FROM received_spans
WHERE Identified;

-- Spans that have no identity, with all that was received of them, so that they can be looked at and sent again.
CREATE TABLE IF NOT EXISTS rejected_spans
(
    Tenant LowCardinality(String),
    StoredAt DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    Batch UUID,
    RequestNumber UInt32,
    Reason LowCardinality(String),
    ServiceName LowCardinality(String),
    SpanName LowCardinality(String),
    TraceId String,
    SpanId String,
    Span String CODEC(ZSTD(3))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(StoredAt)
ORDER BY (StoredAt, Batch, RequestNumber)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS received_spans_rejected TO rejected_spans AS
SELECT
    Tenant, StoredAt, Batch, RequestNumber,
    multiIf(
        TraceId = '', 'trace_id_missing',
        NOT match(TraceId, '^[0-9a-f]{32}$') OR TraceId = '00000000000000000000000000000000', 'trace_id_invalid',
        SpanId = '', 'span_id_missing', 'span_id_invalid') AS Reason,
    ResourceAttributes['service.name'] AS ServiceName, SpanName, TraceId, SpanId,
    formatRowNoNewline(
        'JSONEachRow', TraceId, SpanId, ParentSpanId, TraceState, Flags, SpanName, Kind, StartNs, EndNs,
        Keys, Kinds, Texts, Lists, Status, StatusMessage, EventNs, EventNames, EventAttributes,
        LinkTraceIds, LinkSpanIds, LinkTraceStates, LinkAttributes, ResourceAttributes, ScopeName, ScopeVersion) AS Span
FROM received_spans
WHERE NOT Identified;
