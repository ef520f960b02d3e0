CREATE OR REPLACE TEMPORARY TABLE work_scope ENGINE = Memory AS
SELECT {tenant:String} AS Tenant, {root_type:String} AS Type, {root:String} AS Id
