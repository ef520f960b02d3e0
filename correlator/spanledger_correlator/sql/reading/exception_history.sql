-- What people did about one exception, in the order in which they did it, under whatever id they knew it by.
SELECT a.Action AS Action, a.Who AS Who, a.At AS At, a.Why AS Why, a.Assignee AS Assignee, a.Until AS Until
FROM exception_actions AS a
LEFT JOIN
($roots_now) AS c ON c.Type = a.RootType AND c.Id = a.RootId
WHERE a.Tenant = {tenant:String} AND a.At <= {now:DateTime64(9, 'UTC')}
    AND if(a.Process = '', a.Subject, concat(a.Process, '/', if(c.CanonicalId = '', a.RootId, c.CanonicalId)))
        = {subject:String}
    AND a.Kind IN {kinds:Array(String)} AND a.Step = {step:String}
    AND a.Since >= {from:DateTime64(9, 'UTC')} AND a.Since < {next:DateTime64(9, 'UTC')}
ORDER BY a.At, a.Id
