SELECT total_rows FROM system.tables WHERE database = currentDatabase() AND name = 'open_verdicts'
