"""A query as Grafana's ClickHouse data source stores it (its `src/types/sql.ts`, version 4.20)."""

from __future__ import annotations

import re
from enum import IntEnum
from importlib import resources
from textwrap import indent
from typing import Any, Final

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

PLUGIN: Final = "grafana-clickhouse-datasource"
PLUGIN_VERSION: Final = "4.20.0"
"""Said in each query: without it the plugin believes the query old, and rewrites it."""
DATA_SOURCE: Final = DataSourceRef(type_val=PLUGIN, uid="${datasource}")


_INCLUDED: Final = re.compile(r"^( *)\{\{([a-z_/]+)\}\}$", re.MULTILINE)


class Shape(IntEnum):
    """What a result is read as."""

    TIME_SERIES = 0
    TABLE = 1


class ClickHouseQuery(Dataquery):
    """One query of a panel."""

    def __init__(self, sql: str, shape: Shape, ref_id: str, source: DataSourceRef = DATA_SOURCE) -> None:
        self.sql = sql
        self.shape = shape
        self.ref_id = ref_id
        self.source = source

    def to_json(self) -> dict[str, Any]:
        """As it stands in a dashboard."""
        return {
            "datasource": self.source,
            "editorType": "sql",
            "format": int(self.shape),
            "pluginVersion": PLUGIN_VERSION,
            "queryType": "table" if self.shape is Shape.TABLE else "timeseries",
            "rawSql": self.sql,
            "refId": self.ref_id,
        }


class Query(Builder[Dataquery]):
    """The query in `queries/<name>.sql`, of the data source that the dashboard's variable names, or of another."""

    def __init__(self, name: str, shape: Shape, source: DataSourceRef = DATA_SOURCE) -> None:
        self._query = ClickHouseQuery(sql(name), shape, "A", source)

    def build(self) -> Dataquery:
        """The query."""
        return self._query


def sql(name: str) -> str:
    """The text of `queries/<name>.sql`; where it says `{{other}}`, that other query's text stands, as far indented."""
    folder = resources.files("spanledger_dashboards.building") / "queries"
    text = (folder / f"{name}.sql").read_text(encoding="utf-8").strip()
    return _INCLUDED.sub(lambda found: indent(sql(found[2]), found[1]), text)
