-- Whether the new spans state an alias, or take one back.
SELECT countIf(notEmpty(AliasTypes)) + (SELECT count() FROM work_superseded) FROM work_incoming
