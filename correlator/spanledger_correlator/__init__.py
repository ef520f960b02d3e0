"""From spans to transactions: process definitions, stitching, judging, exceptions."""
