DROP VIEW IF EXISTS otlp_json_decoded;
DROP TABLE IF EXISTS otlp_json;

-- One row per OTLP/JSON request. A value is read as {kind: text}; a list's text is its JSON.
CREATE TABLE IF NOT EXISTS otlp_json
(
    tenant LowCardinality(String),
    batch String,
    stored_at UInt64,
    request Tuple(resourceSpans Array(Tuple(
        schemaUrl LowCardinality(String),
        resource Tuple(
            droppedAttributesCount UInt32,
            attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String)))),
        scopeSpans Array(Tuple(
            schemaUrl LowCardinality(String),
            scope Tuple(
                name LowCardinality(String), version LowCardinality(String), droppedAttributesCount UInt32,
                attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String)))),
            spans Array(Tuple(
                traceId String, spanId String, traceState String, parentSpanId String, flags UInt32,
                name LowCardinality(String), kind Int32, startTimeUnixNano UInt64, endTimeUnixNano UInt64,
                attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String))),
                droppedAttributesCount UInt32, droppedEventsCount UInt32, droppedLinksCount UInt32,
                events Array(Tuple(
                    droppedAttributesCount UInt32, timeUnixNano UInt64, name LowCardinality(String),
                    attributes Array(Tuple(key LowCardinality(String), value Map(LowCardinality(String), String))))),
                links Array(Tuple(
                    traceId String, spanId String, traceState String, flags UInt32, droppedAttributesCount UInt32,
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
    ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, ResourceSchemaUrl, ScopeSchemaUrl,
    ResourceDroppedAttributes, ScopeDroppedAttributes, s.droppedAttributesCount AS DroppedAttributes,
    s.droppedEventsCount AS DroppedEvents, s.droppedLinksCount AS DroppedLinks,
    s.events.droppedAttributesCount AS EventDropped, s.links.droppedAttributesCount AS LinkDropped,
    s.links.flags AS LinkFlags, ResourceKinds, ScopeKinds,
    arrayMap(event -> mapFromArrays(
        arrayFilter((key, v) -> NOT mapContains(v, 'stringValue'), event.key, event.value),
        arrayMap(
            v -> transform(
                arrayFirst(
                    kind -> kind IN ('boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'),
                    mapKeys(v)),
                ['boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'],
                ['bool', 'int', 'double', 'list', 'bytes', 'json'], 'no'),
            arrayFilter(v -> NOT mapContains(v, 'stringValue'), event.value))), s.events.attributes) AS EventKinds,
    arrayMap(link -> mapFromArrays(
        arrayFilter((key, v) -> NOT mapContains(v, 'stringValue'), link.key, link.value),
        arrayMap(
            v -> transform(
                arrayFirst(
                    kind -> kind IN ('boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'),
                    mapKeys(v)),
                ['boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'],
                ['bool', 'int', 'double', 'list', 'bytes', 'json'], 'no'),
            arrayFilter(v -> NOT mapContains(v, 'stringValue'), link.value))), s.links.attributes) AS LinkKinds
FROM
(
    SELECT
        Tenant, Batch, StoredAt, ResourceAttributes, ResourceKinds, ResourceSchemaUrl, ResourceDroppedAttributes,
        name AS ScopeName, version AS ScopeVersion, scope_schema_url AS ScopeSchemaUrl,
        scope_dropped AS ScopeDroppedAttributes, spans,
        mapFromArrays(
            scope_attributes.key,
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
                scope_attributes.value)) AS ScopeAttributes,
        mapFromArrays(
            arrayFilter((key, v) -> NOT mapContains(v, 'stringValue'), scope_attributes.key, scope_attributes.value),
            arrayMap(
                v -> transform(
                    arrayFirst(
                        kind -> kind IN ('boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'),
                        mapKeys(v)),
                    ['boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'],
                    ['bool', 'int', 'double', 'list', 'bytes', 'json'], 'no'),
                arrayFilter(v -> NOT mapContains(v, 'stringValue'), scope_attributes.value))) AS ScopeKinds
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
            mapFromArrays(
                arrayFilter((key, v) -> NOT mapContains(v, 'stringValue'), resource.attributes.key, resource.attributes.value),
                arrayMap(
                    v -> transform(
                        arrayFirst(
                            kind -> kind IN ('boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'),
                            mapKeys(v)),
                        ['boolValue', 'intValue', 'doubleValue', 'arrayValue', 'bytesValue', 'jsonText'],
                        ['bool', 'int', 'double', 'list', 'bytes', 'json'], 'no'),
                    arrayFilter(v -> NOT mapContains(v, 'stringValue'), resource.attributes.value))) AS ResourceKinds,
            schema_url AS ResourceSchemaUrl, resource.droppedAttributesCount AS ResourceDroppedAttributes,
            scoped.scope.name AS names, scoped.scope.version AS versions,
            scoped.scope.attributes AS attribute_lists, scoped.scope.droppedAttributesCount AS dropped_counts,
            scoped.schemaUrl AS schema_urls, scoped.spans AS span_lists
        FROM otlp_json
        ARRAY JOIN
            request.resourceSpans.resource AS resource, request.resourceSpans.schemaUrl AS schema_url,
            request.resourceSpans.scopeSpans AS scoped
    )
    ARRAY JOIN
        names AS name, versions AS version, attribute_lists AS scope_attributes, dropped_counts AS scope_dropped,
        schema_urls AS scope_schema_url, span_lists AS spans
)
ARRAY JOIN spans AS s;
