INSERT INTO verdicts ($columns, Rates, Deleted)
SELECT $columns, if(Status = 'open', {rates_digest:UInt64}, 0), 0 FROM work_verdicts
