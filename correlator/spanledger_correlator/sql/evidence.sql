-- The attachments of one transaction in the order they happened, under the names that answers use.
SELECT
    a.TraceId AS trace_id, a.SpanId AS span_id, a.Step AS step, toString(a.Outcome) AS outcome, a.Happened AS happened,
    a.Rule AS rule, concat(a.KeyType, ':', a.KeyId) AS key,
    substring(a.Carrier, 1, 32) AS carrier_trace_id, substring(a.Carrier, 33) AS carrier_span_id,
    a.Share AS amount, toString(a.Currency) AS currency, toString(a.ErrorKind) AS error_kind,
    toString(a.ErrorCode) AS error_code, a.ErrorMessage AS error_message, toString(a.System) AS system
FROM work_attached AS a
INNER JOIN work_transactions AS t ON t.Tx = a.Tx
WHERE t.Tenant = {tenant:String} AND t.Process = {process:String} AND t.RootId = {root:String}
ORDER BY a.Happened, a.TraceId, a.SpanId
