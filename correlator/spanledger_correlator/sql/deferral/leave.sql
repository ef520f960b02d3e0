-- The rest of the scope, under numbers that follow those before it.
CREATE OR REPLACE TEMPORARY TABLE $scope ENGINE = Memory AS
SELECT $after + rowNumberInAllBlocks() AS Root, Tenant, Type, Id, Node
FROM (SELECT Tenant, Type, Id, Node FROM $scope WHERE Node NOT IN (SELECT Node FROM work_deferred))
