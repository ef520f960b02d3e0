SELECT count() > 0 AS Counted FROM correlated_batches WHERE Batch = {batch:UUID}
