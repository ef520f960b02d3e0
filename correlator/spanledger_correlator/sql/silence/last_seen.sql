-- When one source had reported last by a moment, however long before.
SELECT maxOrNull($at) AS Quiet
FROM $spans AS s
WHERE Tenant = {tenant:String} AND $at <= {by:DateTime64(9, 'UTC')} AND $matched
