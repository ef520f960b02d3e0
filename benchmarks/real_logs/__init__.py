"""The real logs, counted by Spanledger and by pm4py: bench_real_logs.py is where it begins."""
