-- What each of the two definitions found at each moment.
CREATE TABLE trial
(
    Changed Bool,
    At DateTime64(9, 'UTC'),
    RootId String,
    Stuck Bool,
    Breached Bool,
    Money Map(String, Decimal(38, 9))
)
ENGINE = MergeTree
ORDER BY (At, RootId, Changed)
