"""The parts of `make bench-api`."""
