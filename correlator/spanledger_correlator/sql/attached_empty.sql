-- No attachments and no inheritance yet, in the shape that the later statements read.
CREATE OR REPLACE TEMPORARY TABLE $into
(Tenant String, Process String, TraceId String, SpanId String, RootId String, CarrierSpanId String)
ENGINE = Memory
