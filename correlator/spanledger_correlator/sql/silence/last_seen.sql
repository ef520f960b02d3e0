-- When one source reported last, however long ago.
SELECT maxOrNull($at) AS Quiet
FROM $spans AS s
WHERE Tenant = {tenant:String} AND $at <= {now:DateTime64(9, 'UTC')} AND $matched
