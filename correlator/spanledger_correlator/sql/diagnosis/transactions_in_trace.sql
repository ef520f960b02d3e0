SELECT DISTINCT Process AS process, concat(Process, '/', RootId) AS transaction
FROM ($attachments)
WHERE Tenant = {tenant:String} AND TraceId = {trace:String}
ORDER BY transaction
