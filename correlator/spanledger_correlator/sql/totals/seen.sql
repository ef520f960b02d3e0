-- What spans show of the totals of one zone: distinct entities and their money. An empty system, legal entity or
-- currency in a total stands for every one. An entity of a type counts where a step of its happened to it first.
WITH
    told AS
    (
        SELECT
            one.1 AS No, one.2 AS System, one.3 AS Step, one.4 AS EntityType, one.5 AS Period, one.6 AS LegalEntity,
            one.7 AS Currency
        FROM (SELECT arrayJoin({told:Array(Tuple(UInt32, String, String, String, String, String, String))}) AS one)
    ),
    parts AS
    (
        SELECT
            Step, splitByChar('.', Step)[1] AS EntityType, System, LegalEntity, Currency, At,
            if(entity.2 = '', concat(TraceId, SpanId), entity.2) AS Entity, if(entity.1 = 1, Amount, NULL) AS Share
        FROM work_standing
        ARRAY JOIN arrayZip(
            arrayEnumerate(if(empty(Entities), [''], Entities)), if(empty(Entities), [''], Entities)) AS entity
    ),
    shown AS
    (
        SELECT Step, '' AS EntityType, System, LegalEntity, Currency, At, Entity, Share
        FROM parts
        UNION ALL
        SELECT '', EntityType, of_system, argMin(LegalEntity, At), '', min(At), Entity, NULL
        FROM parts
        ARRAY JOIN ['', System] AS of_system
        GROUP BY EntityType, of_system, Entity
    )
SELECT No AS no, uniqExact(Entity) AS seen, sum(ifNull(Share, toDecimal128(0, 9))) AS amount
FROM
(
    SELECT s.Step AS Step, s.EntityType AS EntityType, any_system, any_legal_entity, any_currency, Label, Entity, Share
    FROM shown AS s
    ARRAY JOIN [
        formatDateTime(At, '%Y-%m-%d', {zone:String}), formatDateTime(At, '%G-W%V', {zone:String}),
        formatDateTime(At, '%Y-%m', {zone:String})] AS Label
    ARRAY JOIN if(EntityType != '', [System], arrayDistinct(['', System])) AS any_system
    ARRAY JOIN arrayDistinct(['', LegalEntity]) AS any_legal_entity
    ARRAY JOIN arrayDistinct(['', Currency]) AS any_currency
    WHERE Label IN (SELECT Period FROM told)
) AS e
INNER JOIN told AS t
    ON t.Step = e.Step AND t.EntityType = e.EntityType AND t.System = e.any_system
        AND t.LegalEntity = e.any_legal_entity AND t.Currency = e.any_currency AND t.Period = e.Label
GROUP BY No
