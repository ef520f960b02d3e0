SELECT
    Process AS process, concat(Process, '/', RootId) AS transaction, RootId AS root, Step AS step, Rule AS rule,
    concat(KeyType, ':', KeyId) AS key, CarrierTraceId AS carrier_trace_id, CarrierSpanId AS carrier_span_id
FROM ($attachments)
WHERE Tenant = {tenant:String} AND TraceId = {trace:String} AND SpanId = {span:String}
ORDER BY transaction
