INSERT INTO waiting SELECT * FROM work_waiting
