"""From spans to transactions: process definitions, stitching, judging, exceptions.

Read `correlator.py` first (what happens to new spans), then `evaluation.py`, `stitch.py`, `judge.py` and, for what the
clock adds, `reading.py`. The SQL that does the work is under `sql/`, one statement a file.
"""
