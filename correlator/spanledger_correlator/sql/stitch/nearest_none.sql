CREATE OR REPLACE TEMPORARY TABLE work_nearest
(Tenant String, No UInt64, TraceId String, SpanId String, AncestorId String)
ENGINE = Memory
