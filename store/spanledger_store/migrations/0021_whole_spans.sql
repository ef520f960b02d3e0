-- What OTLP says of a span beyond the exporter's columns: schema URLs, the scope's attributes, dropped counts, the links'
-- flags, and of which kind each attribute's value was where that was not a string ('no' stands for an empty value).
ALTER TABLE spans
    ADD COLUMN IF NOT EXISTS ResourceSchemaUrl LowCardinality(String),
    ADD COLUMN IF NOT EXISTS ScopeSchemaUrl LowCardinality(String),
    ADD COLUMN IF NOT EXISTS ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS ResourceAttributeKinds Map(LowCardinality(String), Enum8(
        'no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS ScopeAttributeKinds Map(LowCardinality(String), Enum8(
        'no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS SpanAttributeKinds Map(LowCardinality(String), Enum8(
        'no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15)) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS `Events.AttributeKinds` Array(Map(LowCardinality(String), Enum8(
        'no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15))),
    ADD COLUMN IF NOT EXISTS `Events.DroppedAttributes` Array(UInt32),
    ADD COLUMN IF NOT EXISTS `Links.AttributeKinds` Array(Map(LowCardinality(String), Enum8(
        'no' = 0, 'text' = 1, 'bool' = 2, 'int' = 3, 'double' = 4, 'list' = 5, 'bytes' = 7, 'json' = 15))),
    ADD COLUMN IF NOT EXISTS `Links.DroppedAttributes` Array(UInt32),
    ADD COLUMN IF NOT EXISTS `Links.Flags` Array(UInt32),
    ADD COLUMN IF NOT EXISTS ResourceDroppedAttributes UInt32 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS ScopeDroppedAttributes UInt32 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS DroppedAttributes UInt32 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS DroppedEvents UInt32 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS DroppedLinks UInt32 CODEC(ZSTD(1));
