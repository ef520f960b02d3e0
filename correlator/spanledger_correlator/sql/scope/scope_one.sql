CREATE OR REPLACE TEMPORARY TABLE work_scope ENGINE = Memory AS
SELECT
    toUInt64(0) AS Root, {tenant:String} AS Tenant, {root_type:String} AS Type, {root:String} AS Id,
    reinterpretAsUInt128(sipHash128(Tenant, Type, Id)) AS Node
