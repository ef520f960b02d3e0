-- From where the function is looked at: which definitions were known when, and which of them the derived tables stand
-- on. Neither can be derived from spans, and no rebuild touches them.

-- Every set of definitions that a correlator was started with: in force at a moment, as known then, is what the newest
-- set recorded by then says.
CREATE TABLE IF NOT EXISTS definition_sets
(
    RecordedAt DateTime64(9, 'UTC'),
    Texts Array(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY RecordedAt;

-- What the derived tables stand on: the definitions in force, and the fingerprint of the statements that derived them.
CREATE TABLE IF NOT EXISTS derivations
(
    StandsSince DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC'),
    Fingerprint String,
    Texts Array(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY StandsSince;

-- Tables of a branch that take the place of the store's own, by the identity of each. Without a row that says Finished,
-- whoever comes next exchanges those that have not been.
CREATE TABLE IF NOT EXISTS takeovers
(
    At DateTime64(9, 'UTC') DEFAULT now64(9, 'UTC'),
    Branch String,
    Tables Array(Tuple(String, UUID)),
    Finished Bool
)
ENGINE = MergeTree
ORDER BY At;
