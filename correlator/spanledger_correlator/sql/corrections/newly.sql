-- The corrections among these commits, and those that they take back.
CREATE OR REPLACE TEMPORARY TABLE work_newly_corrected ENGINE = Memory AS
WITH come AS
    (
        SELECT * FROM corrections
        WHERE Id IN {batches:Array(UUID)}
            AND StoredAt BETWEEN {first:DateTime64(9, 'UTC')} AND {last:DateTime64(9, 'UTC')}
    )
SELECT * FROM corrections
WHERE Kind != 'take_back'
    AND ((Tenant, Id) IN (SELECT Tenant, Id FROM come) OR (Tenant, Id) IN (SELECT Tenant, Takes FROM come))
