-- An entity as one number: a hash of tenant, type and id. Work tables meet by it instead of by three strings. The order
-- of the tables stays that of the names: ids that follow one another were mostly given out one after the other, so what
-- is touched together lies together.
ALTER TABLE facts ADD COLUMN IF NOT EXISTS Node UInt128
    DEFAULT reinterpretAsUInt128(sipHash128(toString(Tenant), toString(EntityType), EntityId));

ALTER TABLE links
    ADD COLUMN IF NOT EXISTS Node UInt128
        DEFAULT reinterpretAsUInt128(sipHash128(toString(Tenant), toString(Type), Id)),
    ADD COLUMN IF NOT EXISTS OtherNode UInt128
        DEFAULT reinterpretAsUInt128(sipHash128(toString(Tenant), toString(OtherType), OtherId));
