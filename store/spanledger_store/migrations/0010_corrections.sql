-- What people decided about stitching: links cut or added, spans taken out of a transaction, and decisions taken back.
-- Append-only, and part of what every state follows from. A correction is announced in `commits` as a group of one, so
-- that it is taken in as spans are: once, in its order.
CREATE TABLE IF NOT EXISTS corrections
(
    Tenant LowCardinality(String),
    Id UUID,
    Kind Enum8('cut_link' = 1, 'add_link' = 2, 'detach_span' = 3, 'take_back' = 4),
    -- The ends of a link.
    Type LowCardinality(String),
    EntityId String,
    OtherType LowCardinality(String),
    OtherId String,
    -- The span, and the transaction that it does not belong to.
    TraceId String,
    SpanId String,
    Process LowCardinality(String),
    RootType LowCardinality(String),
    RootId String,
    -- The correction that this one takes back.
    Takes UUID,
    Who String,
    Why String,
    StoredAt DateTime64(9, 'UTC')
)
ENGINE = MergeTree
ORDER BY (Tenant, StoredAt, Id);
