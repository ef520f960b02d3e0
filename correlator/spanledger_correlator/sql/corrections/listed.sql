-- A tenant's corrections by a moment, each with what ended it.
SELECT
    c.*, e.Takes = c.Id AS Ended, e.Who AS EndedBy, e.Why AS EndedWhy, e.StoredAt AS EndedAt
FROM
(
    SELECT * FROM corrections
    WHERE Tenant = {tenant:String} AND StoredAt <= {known_until:DateTime64(9, 'UTC')} AND Kind != 'take_back'
) AS c
LEFT JOIN
(
    SELECT * FROM corrections
    WHERE Tenant = {tenant:String} AND StoredAt <= {known_until:DateTime64(9, 'UTC')} AND Kind = 'take_back'
    ORDER BY StoredAt, Id
    LIMIT 1 BY Takes
) AS e ON e.Takes = c.Id
ORDER BY c.StoredAt DESC, c.Id
