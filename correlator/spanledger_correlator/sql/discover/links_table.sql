-- Entities that stand together on a span, where one side is a single id: the rule that stitching has.
CREATE OR REPLACE TEMPORARY TABLE discover_links (Near String, NearId String, Type String, Id String) ENGINE = Memory
