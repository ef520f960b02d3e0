"""The store by ClickHouse's own HTTP interface, for reading: what Grafana's data source and every ClickHouse client speak.

A request goes `door` (who asks, and what) → `statement` (may this be asked: `lexer`, `vocabulary`, `tables`) → `handles`
(a handle of the tenant's that can only read) → `answers` (in the client's format). Three things keep tenants apart, and
each would do alone against an honest client: the names that a query may use, the tenant's database of views that it runs
in, and a handle that reads only.
"""

from __future__ import annotations

from spanledger_api.clickhouse.door import create_clickhouse_app

__all__ = ["create_clickhouse_app"]
