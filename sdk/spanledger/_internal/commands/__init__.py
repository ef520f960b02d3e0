"""The SDK's own commands, for jobs that are no Python: each module has `SUMMARY` and `main(argv) -> int`.

Exit codes: 0 done, 1 refused or failed with a reason, 2 a command line that makes no sense; `run` has its command's own.
"""
