-- Who may send spans, besides those that the environment names: of a token its SHA-256 alone is kept. Revoking adds a
-- row; a token that has once been issued is never forgotten, so that a collector that asked for tokens goes on asking.
CREATE TABLE IF NOT EXISTS ingest_tokens
(
    Id String,
    Tenant String,
    Name String,
    Sha256 FixedString(64),
    IssuedAt DateTime64(3, 'UTC'),
    RevokedAt Nullable(DateTime64(3, 'UTC')),
    Version UInt64
)
ENGINE = ReplacingMergeTree(Version)
ORDER BY Id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
