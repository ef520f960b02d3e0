-- What happened to replays by a moment, to those that may be seen; `Root` is the id that the transaction's root goes by
-- now, whatever id it was known by then. Of events in the same microsecond the order is that of a replay's life.
SELECT
    e.* EXCEPT (Tenant), if(c.CanonicalId = '', e.RootId, c.CanonicalId) AS Root,
    indexOf(['asked', 'approved', 'refused', 'withdrawn', 'sending', 'answered', 'unanswered', 'not_delivered'],
        e.Event) AS Sequence
FROM replay_events AS e
LEFT JOIN
($roots_now) AS c ON c.Type = e.RootType AND c.Id = e.RootId
WHERE e.Tenant = {tenant:String} AND e.At <= {moment:DateTime64(6, 'UTC')}
    AND ({any_legal_entity:Bool} OR has({legal_entities:Array(String)}, e.LegalEntity))
    AND ({any_process:Bool} OR has({processes:Array(String)}, e.Process))
