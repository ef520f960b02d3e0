-- Siblings: how many entities of its type stand on the span.
CREATE OR REPLACE TEMPORARY TABLE discover_names (Key UInt64, Type String, Id String, Siblings UInt64) ENGINE = Memory
