-- The steps that match rules have made of a span.
SELECT DISTINCT toString(Step) AS Step
FROM $waiting AS waiting
WHERE Tenant = {tenant:String} AND TraceId = {trace:String} AND SpanId = {span:String}
UNION DISTINCT
SELECT DISTINCT toString(Step) AS Step
FROM $facts AS facts
WHERE Tenant = {tenant:String} AND TraceId = {trace:String} AND SpanId = {span:String} AND Step != ''
