SELECT DISTINCT LegalEntity FROM open_transactions WHERE LegalEntity != '' ORDER BY LegalEntity
