"""Grafana's screens over the tables of the SQL interface (docs/sql.md).

`building/` makes them, with Grafana's own Foundation SDK, from the queries beside it; `grafana/` holds what came out, which is
what gets installed. `make dashboards` writes it anew.
"""
