-- When spans arrived, by the minute and by what a source can be told by.
CREATE OR REPLACE TEMPORARY TABLE work_reports ENGINE = Memory AS
SELECT
    toString(System) AS System, toString(ServiceName) AS ServiceName, toString(Step) AS Step,
    toString(Process) AS Process, toStartOfMinute(At) AS Minute, min(At) AS FirstAt, max(At) AS LastAt
FROM
(
    SELECT System, ServiceName, Step, Process, $at AS At
    FROM $spans AS s
    WHERE Tenant = {tenant:String} AND StoredAt >= {since:DateTime64(9, 'UTC')}
)
WHERE At BETWEEN {since:DateTime64(9, 'UTC')} AND {now:DateTime64(9, 'UTC')}
GROUP BY System, ServiceName, Step, Process, Minute
