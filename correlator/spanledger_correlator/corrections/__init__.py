"""Corrections: what people decided about stitching, and how an evaluation heeds it (DESIGN section 5)."""
