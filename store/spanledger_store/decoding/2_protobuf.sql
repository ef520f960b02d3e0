DROP VIEW IF EXISTS otlp_protobuf_decoded;
DROP TABLE IF EXISTS otlp_protobuf;

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
    `resource.dropped_attributes_count` UInt32,
    schema_url LowCardinality(String),
    `scoped.schema_url` LowCardinality(String),
    `scoped.scope.name` LowCardinality(String),
    `scoped.scope.version` LowCardinality(String),
    `scoped_scope.attributes.value.kind` Array(
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)),
    `scoped_scope.attributes.key` Array(LowCardinality(String)), `scoped_scope.attributes.value.text` Array(String),
    `scoped_scope.attributes.value.bool` Array(Bool), `scoped_scope.attributes.value.int` Array(Int64),
    `scoped_scope.attributes.value.double` Array(Float64), `scoped_scope.attributes.value.bytes` Array(String),
    `scoped_scope.attributes.value.json` Array(String),
    `scoped_scope.attributes.value.list.items.text` Array(Array(String)),
    `scoped.scope.dropped_attributes_count` UInt32,
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
    `scoped.spans.dropped_attributes_count` Array(UInt32),
    `scoped.spans.dropped_events_count` Array(UInt32),
    `scoped.spans.dropped_links_count` Array(UInt32),
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
    `scoped.spans.events.dropped_attributes_count` Array(Array(UInt32)),
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
    `scoped.spans.links.flags` Array(Array(UInt32)),
    `scoped.spans.links.dropped_attributes_count` Array(Array(UInt32)),
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

    -- Once for each scope, not for each of its spans. Each place is spelt out: a function of SQL would belong to the server, not to this database.
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
    ScopeAttributes Map(LowCardinality(String), String) MATERIALIZED mapFromArrays(
        `scoped_scope.attributes.key`,
        arrayMap(
            (kind, text, int, list, bool, double, json, bytes) -> multiIf(
                kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
                kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
                base64Encode(bytes)),
            `scoped_scope.attributes.value.kind`, `scoped_scope.attributes.value.text`,
            `scoped_scope.attributes.value.int`, `scoped_scope.attributes.value.list.items.text`,
            `scoped_scope.attributes.value.bool`, `scoped_scope.attributes.value.double`,
            `scoped_scope.attributes.value.json`, `scoped_scope.attributes.value.bytes`)),
    ResourceKinds Map(
        LowCardinality(String),
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15))
        MATERIALIZED mapFromArrays(
            arrayFilter(
                (key, kind) -> kind != 'text',
                `resource.attributes.key`, `resource.attributes.value.kind`),
            arrayFilter(kind -> kind != 'text', `resource.attributes.value.kind`)),
    ScopeKinds Map(
        LowCardinality(String),
        Enum8('no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15))
        MATERIALIZED mapFromArrays(
            arrayFilter(
                (key, kind) -> kind != 'text',
                `scoped_scope.attributes.key`, `scoped_scope.attributes.value.kind`),
            arrayFilter(kind -> kind != 'text', `scoped_scope.attributes.value.kind`))
)
ENGINE = Null;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_protobuf_decoded TO received_spans AS
SELECT
    tenant AS Tenant, toUUID(batch) AS Batch,
    fromUnixTimestamp64Nano(toInt64(stored_at), 'UTC') AS StoredAt,
    lower(hex(trace_id)) AS TraceId, lower(hex(span_id)) AS SpanId, lower(hex(parent_span_id)) AS ParentSpanId,
    TraceState, Flags, SpanName, Kind, StartNs, EndNs, Keys, Kinds,
    arrayMap(
        (kind, text, int, list, bool, double, json, bytes) -> multiIf(
            kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
            kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
            base64Encode(bytes)),
        Kinds, attribute_texts, attribute_ints, Lists, attribute_bools, attribute_doubles, attribute_jsons,
        attribute_bytes) AS Texts,
    Lists, Status, StatusMessage, EventNs, EventNames,
    arrayMap(
        (keys, kinds, texts, ints, lists, bools, doubles, jsons, blobs) -> mapFromArrays(
            keys,
            arrayMap(
                (kind, text, int, list, bool, double, json, bytes) -> multiIf(
                    kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
                    kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
                    base64Encode(bytes)),
                kinds, texts, ints, lists, bools, doubles, jsons, blobs)),
        event_keys, event_kinds, event_texts, event_ints, event_lists, event_bools, event_doubles, event_jsons,
        event_bytes) AS EventAttributes,
    arrayMap(id -> lower(hex(id)), link_trace_ids) AS LinkTraceIds,
    arrayMap(id -> lower(hex(id)), link_span_ids) AS LinkSpanIds,
    LinkTraceStates,
    arrayMap(
        (keys, kinds, texts, ints, lists, bools, doubles, jsons, blobs) -> mapFromArrays(
            keys,
            arrayMap(
                (kind, text, int, list, bool, double, json, bytes) -> multiIf(
                    kind = 'text', text, kind = 'int', toString(int), kind = 'list', toJSONString(list),
                    kind = 'bool', toString(bool), kind = 'double', toString(double), kind = 'json', json,
                    base64Encode(bytes)),
                kinds, texts, ints, lists, bools, doubles, jsons, blobs)),
        link_keys, link_kinds, link_texts, link_ints, link_lists, link_bools, link_doubles, link_jsons,
        link_bytes) AS LinkAttributes,
    ResourceAttributes, `scoped.scope.name` AS ScopeName, `scoped.scope.version` AS ScopeVersion, ScopeAttributes,
    schema_url AS ResourceSchemaUrl, `scoped.schema_url` AS ScopeSchemaUrl,
    `resource.dropped_attributes_count` AS ResourceDroppedAttributes,
    `scoped.scope.dropped_attributes_count` AS ScopeDroppedAttributes,
    DroppedAttributes, DroppedEvents, DroppedLinks, EventDropped, LinkDropped, LinkFlags, ResourceKinds, ScopeKinds,
    arrayMap(
        (keys, kinds) -> mapFromArrays(
            arrayFilter((key, kind) -> kind != 'text', keys, kinds), arrayFilter(kind -> kind != 'text', kinds)),
        event_keys, event_kinds) AS EventKinds,
    arrayMap(
        (keys, kinds) -> mapFromArrays(
            arrayFilter((key, kind) -> kind != 'text', keys, kinds), arrayFilter(kind -> kind != 'text', kinds)),
        link_keys, link_kinds) AS LinkKinds
FROM otlp_protobuf
ARRAY JOIN
    `scoped.spans.trace_id` AS trace_id, `scoped.spans.span_id` AS span_id,
    `scoped.spans.parent_span_id` AS parent_span_id, `scoped.spans.trace_state` AS TraceState,
    `scoped.spans.flags` AS Flags, `scoped.spans.name` AS SpanName, `scoped.spans.kind` AS Kind,
    `scoped.spans.start_time_unix_nano` AS StartNs, `scoped.spans.end_time_unix_nano` AS EndNs,
    `scoped.spans.dropped_attributes_count` AS DroppedAttributes,
    `scoped.spans.dropped_events_count` AS DroppedEvents, `scoped.spans.dropped_links_count` AS DroppedLinks,
    `scoped.spans.events.dropped_attributes_count` AS EventDropped,
    `scoped.spans.links.dropped_attributes_count` AS LinkDropped, `scoped.spans.links.flags` AS LinkFlags,
    `scoped.spans.status.code` AS Status, `scoped.spans.status.message` AS StatusMessage,
    `scoped.spans.attributes.key` AS Keys, `scoped.spans.attributes.value.kind` AS Kinds,
    `scoped.spans.attributes.value.text` AS attribute_texts, `scoped.spans.attributes.value.int` AS attribute_ints,
    `scoped.spans.attributes.value.list.items.text` AS Lists, `scoped.spans.attributes.value.bool` AS attribute_bools,
    `scoped.spans.attributes.value.double` AS attribute_doubles,
    `scoped.spans.attributes.value.json` AS attribute_jsons, `scoped.spans.attributes.value.bytes` AS attribute_bytes,
    `scoped.spans.events.time_unix_nano` AS EventNs, `scoped.spans.events.name` AS EventNames,
    `scoped.spans.events.attributes.key` AS event_keys, `scoped.spans.events.attributes.value.kind` AS event_kinds,
    `scoped.spans.events.attributes.value.text` AS event_texts,
    `scoped.spans.events.attributes.value.int` AS event_ints,
    `scoped.spans.events.attributes.value.list.items.text` AS event_lists,
    `scoped.spans.events.attributes.value.bool` AS event_bools,
    `scoped.spans.events.attributes.value.double` AS event_doubles,
    `scoped.spans.events.attributes.value.json` AS event_jsons,
    `scoped.spans.events.attributes.value.bytes` AS event_bytes,
    `scoped.spans.links.trace_id` AS link_trace_ids, `scoped.spans.links.span_id` AS link_span_ids,
    `scoped.spans.links.trace_state` AS LinkTraceStates,
    `scoped.spans.links.attributes.key` AS link_keys, `scoped.spans.links.attributes.value.kind` AS link_kinds,
    `scoped.spans.links.attributes.value.text` AS link_texts, `scoped.spans.links.attributes.value.int` AS link_ints,
    `scoped.spans.links.attributes.value.list.items.text` AS link_lists,
    `scoped.spans.links.attributes.value.bool` AS link_bools,
    `scoped.spans.links.attributes.value.double` AS link_doubles,
    `scoped.spans.links.attributes.value.json` AS link_jsons,
    `scoped.spans.links.attributes.value.bytes` AS link_bytes;
