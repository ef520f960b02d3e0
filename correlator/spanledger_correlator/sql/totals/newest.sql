-- The totals that count: of those that speak of the same, the one loaded last.
SELECT
    toString(System) AS system, toString(Step) AS step, toString(EntityType) AS entity, Period AS period,
    toString(LegalEntity) AS legal_entity, toString(Currency) AS currency,
    argMax(tuple(toString(Zone), Count, Amount, toString(Owner), LoadedBy, File, Line), (t.LoadedAt, File, Line)) AS told,
    told.1 AS zone, told.2 AS count, told.3 AS amount, told.4 AS owner, told.5 AS loaded_by, told.6 AS file,
    told.7 AS line, max(t.LoadedAt) AS loaded_at
FROM control_totals AS t
WHERE Tenant = {tenant:String} AND t.LoadedAt <= {loaded_by:DateTime64(9, 'UTC')}
GROUP BY system, step, entity, period, legal_entity, currency
ORDER BY period DESC, system, step, entity, legal_entity, currency
