-- The roots that an entity leads to.
CREATE OR REPLACE TEMPORARY TABLE discover_reach (Type String, Id String, Root String) ENGINE = Memory
