-- The corrections that nobody has taken back.
CREATE OR REPLACE TEMPORARY TABLE work_standing ENGINE = Memory AS
SELECT * FROM $corrections AS corrections
WHERE Kind != 'take_back'
    AND (Tenant, Id) NOT IN (SELECT Tenant, Takes FROM $corrections AS corrections WHERE Kind = 'take_back')
