"""How the dashboards are made: `catalogue` lists them, each has a module of its own, and `panels` says how all of them look.

Only development needs this: it stands on Grafana's Foundation SDK, which nothing at run time does.
"""
