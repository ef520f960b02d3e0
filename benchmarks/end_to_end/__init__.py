"""The end-to-end benchmark: what `benchmarks/bench_end_to_end.py` is made of."""
