SELECT Reason FROM work_unattached
WHERE Tenant = {tenant:String} AND TraceId = {trace:String} AND SpanId = {span:String}
