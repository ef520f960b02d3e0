-- How many of the new aliases are between ids that still stand under different labels.
SELECT count()
FROM work_alias_edges AS e
INNER JOIN work_labels AS one ON one.Node = e.Node
INNER JOIN work_labels AS other ON other.Node = e.OtherNode
WHERE one.Label != other.Label
