-- No attachments and no inheritance yet, in the shape that the later statements read.
CREATE OR REPLACE TEMPORARY TABLE $into
(Tx UInt64, Tenant String, TraceId String, SpanId String, CarrierSpanId String)
ENGINE = Memory
