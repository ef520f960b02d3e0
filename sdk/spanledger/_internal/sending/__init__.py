"""The way out of the host program.

A span that has ended goes `sender` (a bounded queue and one thread) → `delivery` (the collector, else the disk) →
`encoding` (OTLP's bytes) → `http_transport` or `grpc_transport`, or while the collector is away → `spool` (a bounded
folder, sent on by whoever comes next). `producer_file` remembers on disk how many spans a process has numbered, so that
those that died with it are known.
"""
