-- Every attachment that the last stitching made, with its evidence.
SELECT
    t.Tenant AS Tenant, t.Process AS Process, t.RootId AS RootId,
    a.TraceId AS TraceId, a.SpanId AS SpanId, a.Step AS Step, toString(a.Outcome) AS Outcome, a.Happened AS Happened,
    a.Rule AS Rule, a.KeyType AS KeyType, a.KeyId AS KeyId,
    substring(a.Carrier, 1, 32) AS CarrierTraceId, substring(a.Carrier, 33) AS CarrierSpanId,
    a.Share AS Share, toString(a.Currency) AS Currency, toString(a.ErrorKind) AS ErrorKind,
    toString(a.ErrorCode) AS ErrorCode, a.ErrorMessage AS ErrorMessage, toString(a.System) AS System
FROM work_attached AS a
INNER JOIN work_transactions AS t ON t.Tx = a.Tx
