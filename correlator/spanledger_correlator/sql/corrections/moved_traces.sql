-- A span that was taken out, or put back, changes what the spans beneath it inherit.
INSERT INTO work_moved_traces SELECT DISTINCT toString(Tenant), TraceId FROM work_newly_corrected WHERE TraceId != ''
