-- How many of the new spans have something to say of each kind that not every commit has something of.
SELECT
    (SELECT count() FROM work_superseded) AS superseded,
    (SELECT count() FROM work_waiting) AS waiting,
    countIf(arrayExists(type -> type NOT IN {stitched:Array(String)}, EntityTypes)) AS namings,
    (SELECT count() FROM work_alias_edges) AS aliases,
    countIf(notEmpty(AttributeTypes)) AS attributes,
    countIf(arrayExists(step -> step.2 IN (SELECT Step FROM work_one_per_steps), Steps)) AS claims,
    countIf(ProducerId != '') AS producers
FROM work_incoming
