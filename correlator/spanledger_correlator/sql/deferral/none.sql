-- Nothing has been deferred in this evaluation.
CREATE OR REPLACE TEMPORARY TABLE work_deferred (Tenant String, Type String, Id String, Node UInt128) ENGINE = Memory
