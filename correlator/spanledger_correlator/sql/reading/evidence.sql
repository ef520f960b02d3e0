-- The attachments of one transaction in the order they happened, under the names that answers use. A link that a person
-- added is carried by the correction, in a trace of zeros.
SELECT
    CarrierTraceId = repeat('0', 32) AS corrected,
    TraceId AS trace_id, SpanId AS span_id, Step AS step, Outcome AS outcome, Happened AS happened,
    Rule AS rule, concat(KeyType, ':', KeyId) AS key,
    if(corrected, '', CarrierTraceId) AS carrier_trace_id, if(corrected, '', CarrierSpanId) AS carrier_span_id,
    if(corrected, CarrierSpanId, '') AS correction, Share AS amount, Currency AS currency,
    ErrorKind AS error_kind, ErrorCode AS error_code, ErrorMessage AS error_message, System AS system
FROM ($attachments)
WHERE Tenant = {tenant:String} AND Process = {process:String} AND RootId = {root:String}
ORDER BY Happened, TraceId, SpanId
