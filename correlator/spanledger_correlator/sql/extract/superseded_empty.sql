CREATE OR REPLACE TEMPORARY TABLE work_superseded
(
    Tenant String, TraceId String, SpanId String, ContentHash UInt64, EntityTypes Array(String),
    EntityIds Array(String), TransactionKey String, StoredAt DateTime64(9, 'UTC')
)
ENGINE = Memory
