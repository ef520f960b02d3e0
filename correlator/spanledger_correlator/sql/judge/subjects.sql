-- The entities around the transactions of which some definition wants to know an attribute.
CREATE OR REPLACE TEMPORARY TABLE work_subjects ENGINE = Memory AS
SELECT Tenant, Type, Id FROM work_related
WHERE Type IN (SELECT arrayJoin({told:Array(Tuple(String, String))}).1)
UNION DISTINCT
SELECT Tenant, RootType AS Type, RootId AS Id FROM work_transactions
WHERE RootType IN (SELECT arrayJoin({told:Array(Tuple(String, String))}).1)
