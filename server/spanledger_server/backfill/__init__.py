"""Turns an event log into business spans with their original times and sends them over OTLP.

The flow: `mapping_file` reads the mapping, `events` the log in batches, `spans` makes the requests (with `naming` for
steps and entities, `times`, `identity`), `sender` delivers them, `run` holds it together, `command` is the command line.
"""
