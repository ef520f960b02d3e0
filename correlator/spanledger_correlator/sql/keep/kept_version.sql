-- The newest version of anything kept, and whether it is newer than the last mark: then whoever kept it died of it.
SELECT greatest((SELECT max(Version) FROM transactions), (SELECT max(Version) FROM canonical_ids)) AS Version,
    Version > (SELECT toUInt64(greatest(0, toUnixTimestamp64Nano(max(CorrelatedAt)))) FROM correlated_batches) AS Interrupted
