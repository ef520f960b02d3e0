SELECT DISTINCT Owner FROM open_transactions WHERE Owner != '' ORDER BY Owner
