-- The same, where all of them were looked at before and the clock has moved: one of its borders lies in between.
CREATE OR REPLACE TEMPORARY TABLE work_outdated ENGINE = Memory AS
SELECT Tenant, Process, RootId
FROM verdicts FINAL
WHERE (Tenant, Process, RootId) IN
    (
        SELECT Tenant, Process, RootId FROM verdicts
        WHERE $border > {passed:DateTime64(9, 'UTC')} AND $border <= {reached:DateTime64(9, 'UTC')}
    )
    AND (HoldsUntil <= {now:DateTime64(9, 'UTC')} OR HoldsFrom > {now:DateTime64(9, 'UTC')})
