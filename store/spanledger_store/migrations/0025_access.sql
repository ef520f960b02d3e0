-- Who may ask the API, besides those that the environment names: of a key its SHA-256 alone is kept. Rotating gives it
-- another one, revoking ends it; a key that has once been issued is never forgotten, so that an API that asked for keys
-- goes on asking.
CREATE TABLE IF NOT EXISTS api_keys
(
    Id String,
    Tenant String,
    Name String,
    Sha256 String,
    Roles Array(LowCardinality(String)),
    LegalEntities Array(String),
    Processes Array(String),
    IssuedAt DateTime64(3, 'UTC'),
    ExpiresAt Nullable(DateTime64(3, 'UTC')),
    RevokedAt Nullable(DateTime64(3, 'UTC')),
    Version UInt64
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY Id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Who asked for what, from where, and with which result. Rows are added and never changed.
CREATE TABLE IF NOT EXISTS audit_trail
(
    Tenant LowCardinality(String),
    At DateTime64(6, 'UTC') CODEC(Delta, ZSTD),
    Id UUID,
    Kind LowCardinality(String),
    PrincipalId LowCardinality(String),
    Principal LowCardinality(String),
    Method LowCardinality(String),
    Path String CODEC(ZSTD),
    Query String CODEC(ZSTD),
    Status UInt16,
    Client LowCardinality(String),
    RequestId String CODEC(ZSTD)
)
ENGINE = MergeTree
ORDER BY (Tenant, At, Id);
