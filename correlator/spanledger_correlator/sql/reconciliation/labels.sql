SELECT DISTINCT Period FROM work_sides ORDER BY Period
