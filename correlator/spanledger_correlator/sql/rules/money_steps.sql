-- Which steps say what is owed, settle it, or take a settlement back. Lane is the settling step that a span adds to or
-- takes from, Target the step whose amount it settles. PartyType is the type whose ids tell the settlements of a lane
-- apart: `payment` for `payment.received`, none for a step of the root itself.
CREATE OR REPLACE TEMPORARY TABLE work_money_steps ENGINE = Memory AS
SELECT
    No, toUInt16(Word) AS Word, role.1 AS Role, toUInt16(role.2) AS Lane, toUInt16(role.3) AS Target,
    if(Lane = 0, '', StepSettlesBy[Lane]) AS By,
    if(Lane = 0 OR startsWith(StepNames[Lane], concat(RootType, '.')), '', splitByChar('.', StepNames[Lane])[1])
        AS PartyType
FROM
(
    SELECT
        No, toString(RootType) AS RootType, StepNames, StepSettlesBy, Word,
        arrayFilter(role -> role.3 > 0, [
            ('owes', 0, if(has(StepSettles, Word), Word, 0)),
            ('settles', Word, settles),
            ('reverses', reverses, if(reverses = 0, 0, StepSettles[reverses]))]) AS roles
    FROM work_rules
    ARRAY JOIN arrayEnumerate(StepNames) AS Word, StepSettles AS settles, StepReverses AS reverses
)
ARRAY JOIN roles AS role
