"""The correlator's benchmark: what `benchmarks/bench_correlate.py` is made of."""
