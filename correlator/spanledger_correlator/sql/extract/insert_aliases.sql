INSERT INTO alias_edges SELECT * EXCEPT (Node, OtherNode) FROM work_alias_edges
