-- Whether an entity among these goes by several ids: two of them may attach one span.
SELECT count() FROM $members WHERE Id != CanonicalId OR NamedId != CanonicalId
